package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
  private static final Path CHECKPOINT =
      Path.of("..", "..", "deft", "checkpoints", "src/test/resources/checkpoints/adm/model.pt");

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
}
