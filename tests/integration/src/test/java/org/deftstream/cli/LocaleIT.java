package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program in a locale that knows no letters but those of ASCII; a process's is its own. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LocaleIT {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "prior verify /tmp/\u00fc\u65e5",
        "prior sample /tmp --out /tmp/\u00fc.png",
        "adapters keygen --private /tmp/\u00fc",
        "serve --set bootstrap.servers=127.0.0.1:1 --set schema.registry.url=http://127.0.0.1:1"
            + " --set connect.timeout.ms=1000 --set state.dir=/tmp/\u00fc",
        "train --serve --set bootstrap.servers=127.0.0.1:1 --set"
            + " schema.registry.url=http://127.0.0.1:1 --set connect.timeout.ms=1000 --set"
            + " trainer.dir=/tmp/\u00fc",
      })
  void shouldSayWhichLocaleTakesThePath(String arguments) throws Exception {
    String error = deftstream(arguments);
    assertThat(error.lines())
        .as(error)
        .filteredOn(line -> line.startsWith("deftstream: "))
        .singleElement()
        .asString()
        .doesNotContain("Exception")
        .doesNotContain("unexpected")
        .contains("is no path here", "LC_ALL=C.UTF-8 takes all letters");
  }

  private static String deftstream(String arguments) throws IOException, InterruptedException {
    var octal = new StringBuilder();
    for (byte octet : arguments.getBytes(StandardCharsets.UTF_8)) {
      octal.append(octet < 0 ? "\\0" + Integer.toOctalString(octet & 0xFF) : (char) octet + "");
    }
    // This JVM may itself be in such a locale and could not pass the letters on; a shell can.
    var builder =
        new ProcessBuilder(
                "sh",
                "-c",
                "exec \"$0\" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \"$1\" $(printf '%b' \"$2\")",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Deftstream.class.getName(),
                octal.toString())
            .redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("LC_ALL", "POSIX");
    var process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
