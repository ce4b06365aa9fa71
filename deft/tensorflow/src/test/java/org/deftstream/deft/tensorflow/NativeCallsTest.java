package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ends processes in the middle of steps: they must end as told, and not by a crash. */
class NativeCallsTest {
  private static final int TIMES = Integer.getInteger("deftstream.exits", 3);
  private static final int TERMINATED = 128 + 15;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"predict", "train"})
  void shouldEndWithoutACrashInTheMiddleOfAStep(String what) throws Exception {
    for (int time = 0; time < TIMES; time++) {
      var process = started(what);
      try (var lines =
          new BufferedReader(
              new java.io.InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        assertThat(lines.lines().anyMatch("computing"::equals)).isTrue();
        process.destroy();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      } finally {
        process.destroyForcibly();
      }
      assertThat(process.exitValue()).as("exit code of time %d", time).isEqualTo(TERMINATED);
      try (var files = Files.list(directory)) {
        assertThat(files.filter(f -> f.getFileName().toString().startsWith("hs_err"))).isEmpty();
      }
    }
  }

  private Process started(String what) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                EndingProcess.class.getName(),
                what,
                Path.of("..", "models", "priors", "fashion-32").toAbsolutePath().toString()))
        .directory(directory.toFile())
        .redirectError(directory.resolve("stderr").toFile())
        .start();
  }
}
