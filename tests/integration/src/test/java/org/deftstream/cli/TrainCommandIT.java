package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tiny adapter, trained at the command line on real pairs with the shipped prior. */
class TrainCommandIT {
  private static final Path MODELS = Path.of("..", "..", "deft", "models");
  private static final int SIDE = 32;
  private static final int PAIRS = 5;
  private static final String NETWORK =
      """
      {"_class_name": "UNet2DModel", "layers_per_block": 1, "norm_num_groups": 4,
       "down_block_types": ["DownBlock2D"], "up_block_types": ["UpBlock2D"],
       "block_out_channels": [8]}
      """;

  private static final String OF_PRIOR = "--pairs=prior";

  @TempDir private Path directory;
  private Path pairs;
  private Path network;

  @BeforeEach
  void writeFiles() throws IOException {
    pairs = Files.createDirectory(directory.resolve("pairs"));
    var random = new SplittableRandom(1);
    for (int i = 0; i < PAIRS; i++) {
      var truth = new float[SIDE * SIDE];
      var mask = new float[SIDE * SIDE];
      var measurement = new float[SIDE * SIDE];
      for (int p = 0; p < truth.length; p++) {
        truth[p] = p % SIDE < 4 * i + 6 ? 0.5f : -1;
        mask[p] = p / SIDE < 12 ? 0 : 1;
        measurement[p] = mask[p] * (float) (truth[p] + 0.02 * random.nextGaussian());
      }
      var tensors = new HashMap<String, FloatTensor>();
      tensors.put("truth", new FloatTensor(new int[] {SIDE, SIDE, 1}, truth));
      tensors.put("measurement", new FloatTensor(new int[] {SIDE, SIDE, 1}, measurement));
      tensors.put("mask", new FloatTensor(new int[] {SIDE, SIDE}, mask));
      Path file = pairs.resolve(i + ".safetensors");
      Safetensors.write(file, tensors, Safetensors.Storage.F32, Map.of());
    }
    network = Files.writeString(directory.resolve("network.json"), NETWORK);
  }

  private String train(String out, String... more) {
    String[] fixed = {
      "--models=" + MODELS,
      "--task=fashion-32/inpaint",
      "--adapter=" + out,
      "--network=" + network,
      List.of(more).contains(OF_PRIOR) ? "--seed=1" : "--pairs=" + pairs,
      "--out=" + directory.resolve(out),
      "--batch=4"
    };
    return CommandRun.train(fixed, more);
  }

  private AdapterDirectory.Content adapter(String out) {
    return AdapterDirectory.read(directory.resolve(out).resolve("adapter"));
  }

  @Test
  void shouldTrainOnRealPairsAndGoOnFromAnAdapter() {
    assertThat(train("first", "--steps=3", "--prior-reuse=2")).isEmpty();

    var first = adapter("first");
    assertThat(first.manifest().adapterId()).isEqualTo("first");
    assertThat(first.manifest().task()).isEqualTo("fashion-32/inpaint");
    var provenance = first.manifest().training();
    assertThat(provenance.path("images").asInt()).isEqualTo(PAIRS);
    assertThat(provenance.path("steps").asInt()).isEqualTo(3);
    assertThat(provenance.path("rows").asInt()).isEqualTo(4);
    assertThat(provenance.path("priorReuse").asInt()).isEqualTo(2);
    assertThat(directory.resolve("first/run/checkpoint.safetensors")).exists();

    // A rate of next to nothing leaves the first weights as they were, whatever the seed.
    String[] still = {"--steps=1", "--seed=2", "--learning-rate=1e-30"};
    String from = "--from=" + directory.resolve("first/adapter");
    assertThat(train("second", still[0], still[1], still[2], from)).isEmpty();
    var tensors = adapter("second").weights().tensors();
    first
        .weights()
        .tensors()
        .forEach(
            (name, tensor) ->
                assertThat(tensors.get(name).data()).as(name).isEqualTo(tensor.data()));
    assertThat(train("third", still)).isEmpty();
    assertThat(adapter("third").manifest().weightsSha256())
        .isNotEqualTo(first.manifest().weightsSha256());
  }

  @Test
  void shouldLearnFromSamplesOfThePriorWhereThereAreNoImages() throws IOException {
    assertThat(train("own", OF_PRIOR, "--prior-samples=4", "--steps=2")).isEmpty();

    var provenance = adapter("own").manifest().training();
    assertThat(provenance.path("images").asInt()).isEqualTo(4);
    assertThat(provenance.path("pairs").asText())
        .isEqualTo("samples of the prior, measured by simulation");
    try (var kept = Files.list(directory.resolve("own/prior-samples"))) {
      assertThat(kept).hasSize(1);
    }
    assertThat(train("other", OF_PRIOR, "--flips")).contains("--pairs simulate");
    assertThat(train("other", OF_PRIOR, "--prior-samples=0")).contains("--prior-samples");
  }

  @Test
  void shouldSayWhatDoesNotGoTogether() throws IOException {
    assertThat(train("out", "--flips")).contains("--pairs simulate");
    assertThat(train("out", "--images=" + pairs)).contains("--pairs simulate");
    assertThat(train("out", "--prior-reuse=0")).contains("--prior-reuse");
    Files.delete(pairs.resolve("3.safetensors"));
    Files.writeString(pairs.resolve("3.safetensors"), "no tensors");
    assertThat(train("out")).contains("3.safetensors");
    assertThat(directory.resolve("out")).doesNotExist();
  }
}
