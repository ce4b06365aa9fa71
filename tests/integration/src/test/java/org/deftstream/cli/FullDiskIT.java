package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deftstream.deft.UserError;
import org.deftstream.trainer.serve.DirectoryLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands whose output goes to a disk without room; only where a small one may be mounted. */
class FullDiskIT {
  private static final Path MODELS =
      Path.of("..", "..", "deft", "models").toAbsolutePath().normalize();

  @TempDir Path directory;
  private Path full;

  @BeforeEach
  void mount() throws Exception {
    Files.createDirectory(directory.resolve("images"));
    for (int i = 0; i < 2; i++) {
      var image = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_GRAY);
      image.createGraphics().fillOval(4, 4, 8 + 8 * i, 20);
      ImageIO.write(image, "png", directory.resolve("images/" + i + ".png").toFile());
    }
    Path mounted = Files.createDirectory(directory.resolve("full"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", mounted.toString()) == 0,
        "nothing may be mounted here");
    full = mounted;
    Files.write(full.resolve("filler"), new byte[4096]);
  }

  @AfterEach
  void unmount() throws Exception {
    if (full != null) {
      run("umount", "--lazy", full.toString());
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).start().waitFor();
  }

  private record Outcome(int exitCode, String error) {}

  private Outcome deftstream(String arguments) {
    var err = new StringWriter();
    int exitCode =
        Deftstream.commandLine()
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute(
                Stream.of(arguments.split(" "))
                    .map(
                        each ->
                            each.replace("{models}", MODELS.toString())
                                .replace("{full}", full.toString())
                                .replace("{dir}", directory.toString()))
                    .toArray(String[]::new));
    return new Outcome(exitCode, err.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evaluate --models {models} --task fashion-32/inpaint --images {dir}/images --steps 2"
            + " --out {full}/out",
        "train --adapter a --network {models}/networks/adapter-32.json --task fashion-32/inpaint"
            + " --models {models} --images {dir}/images --out {full}/a --steps 1 --batch 2",
        "prior sample {models}/priors/fashion-32 --out {full}/x.png --count 1 --steps 1",
        "adapters keygen --private {full}/private.pem --public {full}/public.pem",
      })
  void shouldNameTheFileThatDidNotFit(String arguments) {
    var outcome = deftstream(arguments);

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.error().lines())
        .filteredOn(line -> line.startsWith("deftstream: "))
        .singleElement()
        .asString()
        .contains(full.toString(), "No space left on device")
        .doesNotContain("Exception")
        .doesNotContain("unexpected");
  }

  @Test
  void shouldNameTheSettingOfATrainersDirectory() {
    assertThatThrownBy(() -> DirectoryLock.take("trainer.dir", full.resolve("trainer")))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "trainer.dir=%s cannot be used: No space left on device"
                .formatted(full.resolve("trainer")));
  }

  @Test
  void shouldLeaveNoHalfOfAKeyPair() throws Exception {
    var outcome =
        deftstream("adapters keygen --private {dir}/private.pem --public {full}/public.pem");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(directory.resolve("private.pem")).doesNotExist();
    assertThat(full.resolve("public.pem")).doesNotExist();
    Path other = directory.resolve("other");
    Files.writeString(other, "mine");
    assertThat(
            deftstream("adapters keygen --private {dir}/private.pem --public {dir}/other").error())
        .contains(other + " is there already; keys are not replaced");
    assertThat(other).hasContent("mine");
    assertThat(directory.resolve("private.pem")).doesNotExist();
  }
}
