package org.deftstream.deft.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  @TempDir private Path folder;

  private static Map<String, FloatTensor> expected(String name) {
    return Safetensors.read(Fixtures.path("containers/" + name)).tensors();
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip.pt", "legacy.pt", "expected.safetensors"})
  void shouldReadEveryKindOfTensorOfEveryKindOfFile(String file) {
    var expected = expected("expected.safetensors");
    try (var checkpoint = Checkpoint.open(Fixtures.path("containers/" + file), false)) {
      var weights = checkpoint.weights(null);

      assertThat(weights.keySet()).isEqualTo(expected.keySet());
      weights.forEach(
          (name, tensor) -> {
            assertThat(tensor.shape()).as(name).isEqualTo(expected.get(name).shape());
            assertThat(tensor.read().data()).as(name).isEqualTo(expected.get(name).data());
          });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "training-zip.pt, , 100",
    "training-zip.pt, model, 0",
    "training-legacy.pt, , 100",
    "training-legacy.pt, model, 0",
    "list.ckpt, , 100",
    "list.ckpt, 0, 0",
    "shadow.pth, , 100",
    "shadow.pth, model, 0"
  })
  void shouldTakeTheRunningAverageUnlessToldOtherwise(String file, String key, int added) {
    var expected = expected("linear.safetensors");
    try (var checkpoint = Checkpoint.open(Fixtures.path("containers/" + file), false)) {
      var weights = checkpoint.weights(key);

      assertThat(weights).containsOnlyKeys("weight", "bias");
      weights.forEach(
          (name, tensor) -> {
            float[] values = expected.get(name).data().clone();
            for (int i = 0; i < values.length; i++) {
              values[i] += added;
            }
            assertThat(tensor.read().data()).as(name).isEqualTo(values);
          });
    }
  }

  /** Programs that keep averages wrap networks, and put counts and schedules beside them. */
  @ParameterizedTest
  @CsvSource({
    "n_averaged module.a.b, , module.a.b",
    "initted step online_model.a.b ema_model.a.b, , ema_model.a.b",
    "initted step online_model.a.b ema_model.a.b, online_model, online_model.a.b",
    "initted step online_model.module.a.b ema_model.module.a.b, , ema_model.module.a.b",
    "betas model.diffusion_model.a.b model_ema.diffusion_modelab model_ema.decay, ,"
        + " model_ema.diffusion_modelab",
    "betas model.diffusion_model.a.b model_ema.diffusion_modelab, model, model.diffusion_model.a.b",
    "a.b module.a.c, , a.b",
  })
  void shouldTakeTheRunningAverageAmongNetworksOfOneDictionary(
      String names, String key, String taken) {
    var tensors = new java.util.LinkedHashMap<String, FloatTensor>();
    for (String name : names.split(" ")) {
      tensors.put(name, new FloatTensor(new int[] {1}, new float[] {name.hashCode()}));
    }
    Path file = folder.resolve("weights.safetensors");
    Safetensors.write(file, tensors, Safetensors.Storage.F32, Map.of());
    try (var checkpoint = Checkpoint.open(file, false)) {
      var weights = checkpoint.weights(key);

      assertThat(weights.get("a.b").read().data()).containsExactly((float) taken.hashCode());
    }
  }

  @Test
  void shouldNameTheEntriesWhereNoneOfThemIsTheOne() {
    try (var checkpoint = Checkpoint.open(Fixtures.path("containers/training-zip.pt"), false)) {
      assertThatThrownBy(() -> checkpoint.weights("average"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("no weights under average")
          .hasMessageContaining("ema, loss, model, name, optimizer, step");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "containers/module.pt, torch.nn.modules.linear.Linear",
    "containers/script.pt, TorchScript",
    "edm/network-snapshot.pkl, --like edm"
  })
  void shouldRefuseFilesThatHoldPrograms(String file, String words) {
    assertThatThrownBy(() -> Checkpoint.open(Fixtures.path(file), false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(words);
  }

  @Test
  void shouldTakeTheNumbersOfANetworkObjectAndNothingElse() {
    try (var checkpoint = Checkpoint.open(Fixtures.path("edm/network-snapshot.pkl"), true);
        var plain = Checkpoint.open(Fixtures.path("edm/state.pt"), false)) {
      var weights = checkpoint.weights(null);
      var same = plain.weights(null);

      assertThat(weights.keySet()).isEqualTo(same.keySet());
      same.forEach((n, t) -> assertThat(weights.get(n).read().data()).isEqualTo(t.read().data()));
    }
  }

  @Test
  void shouldSayWhatAFileIsThatIsNoCheckpoint() throws Exception {
    for (var entry :
        Map.of(
                "", "it is empty",
                "<html>", "web page",
                "version https://git-lfs.github.com/spec/v1", "pointer",
                "hello, this is no checkpoint", "torch files")
            .entrySet()) {
      Path file = folder.resolve("file");
      Files.writeString(file, entry.getKey());

      assertThatThrownBy(() -> Checkpoint.open(file, false))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining(entry.getValue());
    }
  }

  @Test
  void shouldReadShardsAsOne() {
    var files =
        List.of(Fixtures.path("containers/linear.safetensors"), Fixtures.path("containers/zip.pt"));
    try (var checkpoint = Checkpoint.of(folder, files)) {
      assertThat(checkpoint.weights(null)).containsKeys("weight", "plain");
    }
  }
}
