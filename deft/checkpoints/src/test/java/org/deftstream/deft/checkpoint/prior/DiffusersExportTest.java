package org.deftstream.deft.checkpoint.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.Checkpoint;
import org.deftstream.deft.checkpoint.Fixtures;
import org.deftstream.deft.prior.DruNetConfig;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.SigmaSchedule;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What PyTorch wrote and was imported leaves as it came: the same network, names and values, so
 * that the answers are those of PyTorch ({@code check_export.py} asks it).
 */
class DiffusersExportTest {
  @TempDir private Path folder;

  @Test
  void shouldGiveBackWhatPyTorchWrote() throws Exception {
    Path source = Fixtures.path("diffusers");
    try (var opened = PriorImport.open(source, null, null, new Answers())) {
      new PriorWriter(opened.prior(), folder.resolve("prior"))
          .write("a prior", "a file", share -> {}, directory -> {});
    }

    DiffusersExport.write(PriorDirectory.open(folder.resolve("prior")), folder.resolve("out"));

    var json = new ObjectMapper();
    var config = json.readTree(folder.resolve("out/unet/config.json").toFile());
    json.readTree(source.resolve("config.json").toFile())
        .properties()
        .forEach(
            field -> {
              // The learned variance was dropped.
              var kept = field.getKey().equals("out_channels") ? "1" : field.getValue().toString();
              assertThat(config.path(field.getKey()).toString()).as(field.getKey()).isEqualTo(kept);
            });
    var written =
        Safetensors.read(folder.resolve("out/unet/diffusion_pytorch_model.safetensors")).tensors();
    try (var checkpoint = Checkpoint.open(source.resolve("diffusion_pytorch_model.bin"), false)) {
      var tensors = checkpoint.weights(null);
      assertThat(written.keySet()).isEqualTo(tensors.keySet());
      tensors.forEach(
          (name, tensor) -> {
            float[] values = tensor.read().data();
            assertThat(written.get(name).data())
                .as(name)
                .isEqualTo(java.util.Arrays.copyOf(values, written.get(name).data().length));
          });
    }
    assertThat(
            json.readTree(folder.resolve("out/model_index.json").toFile()).path("unet").toString())
        .isEqualTo("[\"diffusers\",\"UNet2DModel\"]");
    try (var files = Files.walk(folder.resolve("out"))) {
      assertThat(files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "model_index.json",
              "config.json",
              "diffusion_pytorch_model.safetensors",
              "scheduler_config.json");
    }
  }

  @Test
  void shouldRefuseWhatDiffusersDoesNotHave() {
    var network = new DruNetConfig(8, 1, List.of(4), 1);
    var prior =
        PriorDirectory.write(
            folder.resolve("prior"),
            network,
            SigmaSchedule.denoiser(10, 0.1, 1),
            Map.of("m_head.weight", new FloatTensor(new int[] {1}, new float[1])),
            Safetensors.Storage.F32,
            JsonNodeFactory.instance.objectNode().put("name", "a denoiser"));

    assertThatThrownBy(() -> DiffusersExport.write(prior, folder.resolve("out")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is a DRUNet, which diffusers does not have; --to onnx");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
