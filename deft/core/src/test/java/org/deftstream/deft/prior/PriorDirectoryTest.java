package org.deftstream.deft.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriorDirectoryTest {
  private static final String NETWORK = "unet/config.json";
  private static final String SCHEDULER = "scheduler/scheduler_config.json";
  private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";
  private static final String ABOUT = "deftstream.json";

  @TempDir Path directory;

  @BeforeEach
  void write() throws Exception {
    var unet =
        UNetConfig.parse(
            new ObjectMapper()
                .readTree(
                    "{\"sample_size\": 8, \"in_channels\": 1, \"out_channels\": 1,"
                        + " \"block_out_channels\": [32, 32],"
                        + " \"down_block_types\": [\"DownBlock2D\", \"DownBlock2D\"],"
                        + " \"up_block_types\": [\"UpBlock2D\", \"UpBlock2D\"]}"));
    PriorDirectory.write(
        directory,
        unet,
        SchedulerConfig.standard(),
        weights("a", "b"),
        Safetensors.Storage.F32,
        new ObjectMapper().createObjectNode().put("name", "small"));
  }

  private static Map<String, FloatTensor> weights(String... names) {
    var weights = new java.util.LinkedHashMap<String, FloatTensor>();
    for (String name : names) {
      weights.put(name, new FloatTensor(new int[] {2}, new float[] {1, 2}));
    }
    return weights;
  }

  private void refused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(UserError.class)
        .hasMessageNotContainingAny("Feature", "REDACTED", "jackson", "Exception")
        .extracting(Throwable::getMessage, org.assertj.core.api.InstanceOfAssertFactories.STRING)
        .contains(parts)
        .hasLineCount(1);
  }

  @Test
  void shouldOpenWhatItWrote() {
    var prior = PriorDirectory.open(directory);
    assertThat(prior.name()).isEqualTo("small");
    assertThat(prior.weights()).containsOnlyKeys("a", "b");
  }

  @ParameterizedTest
  @CsvSource({
    NETWORK + ",''",
    NETWORK + ",[]",
    NETWORK + ",null",
    NETWORK + ",'{\"sample_size\": NaN'",
    NETWORK + ",'{\"sample_size\": 2000000000}'",
    NETWORK + ",'{\"sample_size\": 8, \"sample_size\": 16}'",
    NETWORK + ",'{\"sample_size\": 8, \"layers_per_block\": 1000000}'",
    SCHEDULER + ",''",
    SCHEDULER + ",'   '",
    SCHEDULER + ",[]",
    SCHEDULER + ",null",
    SCHEDULER + ",{}",
    SCHEDULER + ",'{\"_class_name\": \"DDPMScheduler\"'",
    SCHEDULER + ",'{\"_class_name\": \"DDPMScheduler\"} x'",
    SCHEDULER + ",'{\"_class_name\": \"DDPMScheduler\", // comment'",
    SCHEDULER + ",<html>not found</html>",
    SCHEDULER + ",version https://git-lfs.github.com/spec/v1",
    SCHEDULER + ",'{\"_class_name\": \"DDPMScheduler\", \"beta_end\": NaN}'",
    SCHEDULER + ",'{\"_class_name\": \"FlowMatchEulerDiscreteScheduler\"}'",
    ABOUT + ",[]",
    ABOUT + ",''",
    ABOUT + ",'{\"name\": 3}'",
    ABOUT + ",'{\"name\": \"\"}'",
  })
  void shouldRefuseAFileByItsName(String file, String content) throws Exception {
    Files.writeString(directory.resolve(file), content);
    refused(() -> PriorDirectory.open(directory), directory.resolve(file).toString());
  }

  @Test
  void shouldReadWhatPythonWrites() throws Exception {
    String fields = "\"_class_name\": \"DPMSolverMultistepScheduler\"";
    Files.writeString(
        directory.resolve(SCHEDULER), "\uFEFF{" + fields + ", \"lambda_min_clipped\": -Infinity}");
    assertThat(PriorDirectory.open(directory).scheduler()).isEqualTo(SchedulerConfig.standard());
  }

  @ParameterizedTest
  @ValueSource(strings = {NETWORK, SCHEDULER, WEIGHTS})
  void shouldNameWhatIsMissingAndWhatIsThere(String file) throws Exception {
    Path there = directory.resolve(file);
    Files.move(there, there.resolveSibling("renamed-by-mistake"));
    refused(() -> PriorDirectory.open(directory), file, "renamed-by-mistake");
  }

  @Test
  void shouldReadANetworkThatWasSavedAlone() throws Exception {
    String fingerprint = PriorDirectory.open(directory).fingerprint();
    for (String file : new String[] {NETWORK, SCHEDULER, WEIGHTS}) {
      Files.move(directory.resolve(file), directory.resolve(Path.of(file).getFileName()));
    }
    Files.delete(directory.resolve("unet"));
    assertThat(PriorDirectory.open(directory).fingerprint()).isEqualTo(fingerprint);
    assertThat(PriorDirectory.open(directory).weights()).containsOnlyKeys("a", "b");
  }

  @Test
  void shouldReadAVariantAndShards() throws Exception {
    Path whole = directory.resolve(WEIGHTS);
    Files.move(whole, whole.resolveSibling("diffusion_pytorch_model.fp16.safetensors"));
    assertThat(PriorDirectory.open(directory).weights()).containsOnlyKeys("a", "b");

    Files.delete(whole.resolveSibling("diffusion_pytorch_model.fp16.safetensors"));
    String map = "{\"weight_map\": {\"a\": \"s-1.safetensors\", \"b\": \"s-2.safetensors\"}}";
    Path index = whole.resolveSibling("diffusion_pytorch_model.safetensors.index.json");
    Files.writeString(index, map);
    shard(whole, "s-1.safetensors", "a");
    refused(() -> PriorDirectory.open(directory), index.toString(), "s-2.safetensors");
    shard(whole, "s-2.safetensors", "b");
    assertThat(PriorDirectory.open(directory).weights()).containsOnlyKeys("a", "b");
    Files.writeString(index, map.replace("s-2", "../s-2"));
    refused(() -> PriorDirectory.open(directory), index.toString(), "../s-2");
    shard(whole, "s-2.safetensors", "b", "a");
    Files.writeString(index, map);
    refused(() -> PriorDirectory.open(directory).weights(), "s-2.safetensors", "another file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "diffusion_pytorch_model.safetensors.index.fp16.json",
        "diffusion_pytorch_model.safetensors.fp16.index.json",
        "diffusion_pytorch_model.fp16.safetensors.index.json",
      })
  void shouldReadShardsOfAVariant(String name) throws Exception {
    Path whole = directory.resolve(WEIGHTS);
    Files.delete(whole);
    shard(whole, "diffusion_pytorch_model-00001-of-00002.fp16.safetensors", "a");
    shard(whole, "diffusion_pytorch_model.fp16-00002-of-00002.safetensors", "b");
    Files.writeString(
        whole.resolveSibling(name),
        "{\"weight_map\": {\"a\": \"diffusion_pytorch_model-00001-of-00002.fp16.safetensors\","
            + " \"b\": \"diffusion_pytorch_model.fp16-00002-of-00002.safetensors\"}}");
    assertThat(PriorDirectory.open(directory).weights()).containsOnlyKeys("a", "b");

    Files.copy(
        whole.resolveSibling(name),
        whole.resolveSibling("diffusion_pytorch_model.bf16.safetensors.index.json"),
        StandardCopyOption.REPLACE_EXISTING);
    refused(() -> PriorDirectory.open(directory), "exactly one variant");
  }

  private static void shard(Path beside, String name, String... tensors) {
    Safetensors.write(
        beside.resolveSibling(name), weights(tensors), Safetensors.Storage.F32, Map.of());
  }

  @Test
  void shouldSayThatAPickleIsNotRead() throws Exception {
    Path whole = directory.resolve(WEIGHTS);
    Files.move(whole, whole.resolveSibling("diffusion_pytorch_model.bin"));
    refused(
        () -> PriorDirectory.open(directory),
        WEIGHTS,
        "diffusion_pytorch_model.bin",
        "prior import");
  }

  @Test
  void shouldRefuseWeightsThatAreNoneByTheirFile() throws Exception {
    Path whole = directory.resolve(WEIGHTS);
    byte[] sound = Files.readAllBytes(whole);
    var wrong =
        new byte[][] {
          {},
          Arrays.copyOf(sound, sound.length - 4),
          "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8),
          "PK\3\4 a renamed .bin".getBytes(StandardCharsets.ISO_8859_1)
        };
    for (byte[] content : wrong) {
      Files.write(whole, content);
      refused(() -> PriorDirectory.open(directory).weights(), whole.toString());
    }
  }
}
