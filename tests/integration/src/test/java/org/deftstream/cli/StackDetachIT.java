package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code stack up --detach}, {@code stack status} and {@code stack down}. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class StackDetachIT {
  @TempDir Path directory;

  private record Outcome(int exitCode, String out, String err) {}

  @AfterEach
  void stop() {
    stack("down");
  }

  private Outcome stack(String command, String... more) {
    var all = new ArrayList<>(List.of("stack", command, "--directory=" + directory));
    all.addAll(List.of(more));
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        Deftstream.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(all.toArray(String[]::new));
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  private Outcome up(int kafkaPort) {
    return stack("up", "--detach", "--kafka-port=" + kafkaPort, "--registry-port=0");
  }

  private JsonNode status() throws IOException {
    return new ObjectMapper().readTree(stack("status", "--json").out());
  }

  @Test
  void shouldRunOnUntilItIsStopped() throws Exception {
    assertThat(stack("status").exitCode()).isEqualTo(1);
    assertThat(stack("down").out()).isEqualTo("no stack runs on " + directory + "\n");

    var up = up(0);

    assertThat(up.exitCode()).as(up.err()).isZero();
    assertThat(status().path("state").asText()).isEqualTo("running");
    assertThat(up.out())
        .contains("bootstrap.servers=" + status().path("bootstrapServers").asText() + "\n")
        .contains("schema.registry.url=" + status().path("schemaRegistryUrl").asText() + "\n")
        .contains("deftstream stack down stops both");
    assertThat(stack("status").exitCode()).isZero();
    var process = ProcessHandle.of(status().path("pid").asLong()).orElseThrow();
    var children = process.children().toList();

    var second = up(0);
    assertThat(second.exitCode()).isEqualTo(1);
    assertThat(second.err()).contains("is in use by another running stack");
    assertThat(process.isAlive()).isTrue();

    var down = stack("down");
    assertThat(down.exitCode()).as(down.err()).isZero();
    assertThat(process.isAlive()).isFalse();
    for (var child : children) {
      child.onExit().get(1, TimeUnit.MINUTES);
    }
    assertThat(status().path("state").asText()).isEqualTo("stopped");
  }

  /** A stack that was killed leaves its note behind, which then says nothing. */
  @Test
  void shouldNotBelieveWhatAKilledStackLeftBehind() throws Exception {
    assertThat(up(0).exitCode()).isZero();
    var process = ProcessHandle.of(status().path("pid").asLong()).orElseThrow();
    process.destroyForcibly();
    process.onExit().get(1, TimeUnit.MINUTES);

    assertThat(directory.resolve("stack.properties")).exists();
    assertThat(stack("status").exitCode()).isEqualTo(1);
    assertThat(stack("down").out()).startsWith("no stack runs on ");
  }

  /** The number in the note may have become that of somebody else's process. */
  @Test
  void shouldEndNoProcessThatIsNoStack() throws Exception {
    assertThat(up(0).exitCode()).isZero();
    var note = directory.resolve("stack.properties");
    var right = Files.readString(note);
    var innocent = new ProcessBuilder("sleep", "600").start();
    try {
      Files.writeString(note, right.replaceAll("pid=\\d+", "pid=" + innocent.pid()));
      var down = stack("down");
      assertThat(down.exitCode()).isEqualTo(1);
      assertThat(down.err().lines()).singleElement().asString().contains("which is none");
      Files.writeString(note, "pid=many");
      assertThat(stack("down").err().lines()).singleElement().asString().contains("by hand");
      assertThat(innocent.isAlive()).isTrue();
    } finally {
      innocent.destroyForcibly();
      Files.writeString(note, right);
    }
  }

  @Test
  void shouldSayWhyItDidNotStart() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var up = up(taken.getLocalPort());
      assertThat(up.exitCode()).isEqualTo(1);
      assertThat(up.err().lines().filter(line -> !line.startsWith("Starting ")))
          .singleElement()
          .asString()
          .startsWith("deftstream: ")
          .contains(Integer.toString(taken.getLocalPort()));
    }
    assertThat(stack("status").exitCode()).isEqualTo(1);
  }
}
