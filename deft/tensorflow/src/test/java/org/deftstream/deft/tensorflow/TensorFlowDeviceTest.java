package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.text.JsonText;
import org.junit.jupiter.api.Test;

class TensorFlowDeviceTest {
  @Test
  void shouldMultiplyInFloat32OnTheProcessor() {
    var processor = new SessionOptions(1, false).onProcessor();
    assertThat(TensorFlowDevice.convolutionError(processor)).isPositive().isLessThan(1e-5);
  }

  @Test
  void shouldTakeNoGpuWithoutLibrariesForOne() {
    if (!TensorFlowDevice.builtForGpus()) {
      assertThat(TensorFlowDevice.gpus()).isZero();
    }
    assertThat(TensorFlowDevice.version()).matches("2\\.\\d+\\.\\d+.*");
  }

  @Test
  void shouldLookForEveryLibraryAndSayWhatIsWrong() {
    var libraries = CudaLibraries.look();
    assertThat(libraries).extracting(CudaLibraries.Library::name).doesNotHaveDuplicates();
    assertThat(libraries)
        .extracting(CudaLibraries.Library::name)
        .contains("libcuda.so.1", "libcudart.so.12", "libcudnn.so.8");
    for (var library : libraries) {
      assertThat(library.problem().orElse(library.name())).contains(library.name());
    }
    if (libraries.get(0).problem().isPresent()) {
      assertThat(CudaLibraries.driver()).as("without a driver").isEmpty();
    }
  }

  @Test
  void shouldMeasureANetworkOfRandomWeights() {
    var config =
        UNetConfig.parse(
            JsonText.parse(
                """
                {"sample_size": 16, "in_channels": 1, "out_channels": 1,
                 "block_out_channels": [8, 16], "layers_per_block": 1, "norm_num_groups": 4,
                 "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
                 "up_block_types": ["AttnUpBlock2D", "UpBlock2D"]}
                """,
                "a small network"));
    var options = new SessionOptions(1, false);
    TensorFlowBackend.start(options);
    try (var network = new RandomNetwork(config, options)) {
      var shapes = new TensorFlowAdapterNetworks(options).weightShapes(config);
      long weights =
          shapes.entrySet().stream()
              .filter(entry -> !entry.getKey().startsWith("scale"))
              .mapToLong(
                  entry ->
                      java.util.Arrays.stream(entry.getValue())
                          .asLongStream()
                          .reduce(1, (a, b) -> a * b))
              .sum();
      assertThat(network.parameters()).isPositive().isLessThanOrEqualTo(weights);
      assertThat(network.seconds(2, 1)).isPositive();
    }
  }
}
