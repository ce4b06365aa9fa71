package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deftstream.deft.safetensors.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint of PyTorch becomes a prior that verifies, and that is noticed if it answers
 * otherwise.
 */
class PriorImportCommandIT {
  private static final Path CHECKPOINTS =
      Path.of("..", "..", "deft", "checkpoints", "src/test/resources/checkpoints");
  private static final Path CHECKPOINT = CHECKPOINTS.resolve("adm/model.pt");

  @TempDir private Path folder;

  private int run(String... arguments) {
    return Deftstream.commandLine().execute(arguments);
  }

  @Test
  void shouldImportAPriorThatVerifiesUntilItsReferenceIsAnother() throws IOException {
    String out = folder.resolve("faces").toString();

    int imported =
        run(
            ("prior import "
                    + CHECKPOINT
                    + " --size 8 --head-width 8 --qkv-order legacy"
                    + " --schedule linear --out "
                    + out)
                .split(" "));

    assertThat(imported).isZero();
    assertThat(run("prior", "verify", out)).isZero();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("faces"));
    }

    Path reference = folder.resolve("faces/reference.safetensors");
    var content = Safetensors.read(reference).tensors();
    content.get("output").data()[0] += 10;
    Safetensors.write(reference, content, Safetensors.Storage.F32, Map.of());

    assertThat(run("prior", "verify", out)).isEqualTo(1);
  }

  @Test
  void shouldDrawSamplesOfADenoiserAndSayWhatItTook() throws IOException {
    String out = folder.resolve("denoiser").toString();
    var err = System.err;
    var lines = new ByteArrayOutputStream();
    int imported;
    try {
      System.setErr(new PrintStream(lines, true, StandardCharsets.UTF_8));
      imported =
          run(
              ("prior import "
                      + CHECKPOINTS.resolve("drunet/drunet_two.pth")
                      + " --size 16 --samples 2 --out "
                      + out)
                  .split(" "));
    } finally {
      System.setErr(err);
    }

    assertThat(imported).as(lines.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(lines.toString(StandardCharsets.UTF_8))
        .contains("a network like drunet")
        .containsPattern(
            "imported in [0-9]+ s \\([0-9]+ s of processors\\), at most [0-9.]+ GB of memory");
    // Two channels of an image beside each other are no picture; of each the first is drawn.
    assertThat(Files.size(folder.resolve("denoiser/samples.png"))).isPositive();
    assertThat(run("prior", "verify", out)).isZero();
  }
}
