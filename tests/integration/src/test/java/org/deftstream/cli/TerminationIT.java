package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.devstack.stack.EmbeddedStack;
import org.deftstream.devstack.stack.StackSettings;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.Topics;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program as a process of its own: a signal in the middle of its work, and two of a kind. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TerminationIT {
  private static final Path MODELS =
      Path.of("..", "..", "deft", "models").toAbsolutePath().normalize();
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration STOP = Duration.ofMinutes(1);
  private static final int TERMINATED = 143;

  /** What TensorFlow says when a network is loaded: work follows. */
  private static final String LOADED = "Restoring SavedModel bundle";

  @TempDir static Path shared;
  private static EmbeddedStack stack;

  @TempDir Path directory;
  private final List<Process> processes = new ArrayList<>();

  @BeforeAll
  static void startStack() throws IOException {
    stack = EmbeddedStack.start(StackSettings.in(shared.resolve("stack")));
    new TopicAdmin(stack.connection()).create(Topics.defaults());
  }

  @AfterAll
  static void stopStack() {
    stack.close();
  }

  @BeforeEach
  void paint() throws IOException {
    Files.createDirectory(directory.resolve("images"));
    for (int i = 0; i < 4; i++) {
      var image = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_GRAY);
      image.createGraphics().fillOval(4, 4, 8 + 4 * i, 20);
      ImageIO.write(image, "png", directory.resolve("images/" + i + ".png").toFile());
    }
    Files.writeString(directory.resolve("about.md"), "Ovals.\n");
  }

  @AfterEach
  void killAll() throws InterruptedException {
    for (var process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process start(Path log, String arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Deftstream.class.getName()));
    Stream.of(arguments.split(" "))
        .map(
            each ->
                each.replace("{models}", MODELS.toString())
                    .replace("{dir}", directory.toString())
                    .replace("{kafka}", stack.bootstrapServers())
                    .replace("{registry}", stack.registryUrl()))
        .forEach(command::add);
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "0");
    var process = builder.start();
    processes.add(process);
    return process;
  }

  private static void await(Process process, Path log, String text) throws Exception {
    long end = System.nanoTime() + START.toNanos();
    while (!Files.readString(log).contains(text)) {
      assertThat(process.isAlive()).as(() -> read(log)).isTrue();
      assertThat(System.nanoTime()).as(() -> "no '" + text + "' in " + read(log)).isLessThan(end);
      process.waitFor(50, TimeUnit.MILLISECONDS);
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prior sample {models}/priors/fashion-32 --out {dir}/x.png --count 64 --steps 1000|"
            + LOADED,
        "evaluate --models {models} --task fashion-32/inpaint --images {dir}/images --steps 1000"
            + " --out {dir}/out|"
            + LOADED,
        "train --adapter a --network {models}/networks/adapter-32.json --task fashion-32/inpaint"
            + " --models {models} --images {dir}/images --out {dir}/a"
            + " --steps 100000|"
            + LOADED,
        "prior train --name p --network {models}/networks/prior-32.json --images"
            + " {dir}/images --about {dir}/about.md --out {dir}/p --steps 100000|4 images, ",
        "serve --set bootstrap.servers={kafka} --set schema.registry.url={registry} --set"
            + " models.dir={models} --set state.dir={dir}/state --set http.port=0|ready: ",
        "train --serve --set bootstrap.servers={kafka} --set schema.registry.url={registry} --set"
            + " models.dir={models} --set trainer.dir={dir}/trainer|ready: ",
        "receive --follow --set bootstrap.servers={kafka} --set schema.registry.url={registry}"
            + " --out {dir}/out|receive [",
      })
  void shouldEndInOrderOnSigterm(String arguments, String working) throws Exception {
    var log = directory.resolve("log");
    var process = start(log, arguments);
    await(process, log, working);

    process.destroy();

    assertThat(process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)).as(() -> read(log)).isTrue();
    assertThat(process.exitValue()).as(() -> read(log)).isEqualTo(TERMINATED);
    assertThat(read(log))
        .doesNotContain("\tat ")
        .doesNotContain("fatal error")
        .doesNotContain("deftstream: ");
    assertThat(Path.of("hs_err_pid" + process.pid() + ".log")).doesNotExist();
  }

  /** The next start goes on from the last step, not from the last checkpoint that was due. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train --adapter a --network {models}/networks/adapter-32.json --task fashion-32/inpaint"
            + " --models {models} --images {dir}/images --steps 100000",
        "prior train --name p --network {models}/networks/prior-32.json --images"
            + " {dir}/images --about {dir}/about.md --steps 100000",
      })
  void shouldKeepWhatATrainingHasLearnedOnSigterm(String arguments) throws Exception {
    var log = directory.resolve("log");
    var process =
        start(log, arguments + " --batch 2 --checkpoint-minutes 1000 --out {dir}/training");
    await(process, log, "step ");

    process.destroy();

    assertThat(process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)).as(() -> read(log)).isTrue();
    assertThat(process.exitValue()).as(() -> read(log)).isEqualTo(TERMINATED);
    var kept = Safetensors.read(directory.resolve("training/run/checkpoint.safetensors"));
    assertThat(kept.metadata().get("progress")).containsPattern("\"step\":[1-9]");
  }

  @Test
  void shouldNameTheSettingThatTwoInstancesShare() throws Exception {
    String serve =
        "serve --set bootstrap.servers={kafka} --set schema.registry.url={registry} --set"
            + " models.dir={models} --set state.dir={dir}/state --set http.port=0";
    var log = directory.resolve("log");
    var first = start(log, serve);
    await(first, log, "ready: ");

    var second = start(directory.resolve("second.log"), serve);

    assertThat(second.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    assertThat(read(directory.resolve("second.log")).lines())
        .filteredOn(line -> line.startsWith("deftstream: "))
        .singleElement()
        .asString()
        .startsWith("deftstream: state.dir=" + directory.resolve("state"))
        .contains("is in use by another instance");
    assertThat(first.isAlive()).isTrue();
  }
}
