package org.deftstream.trainer.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.operator.Operators;
import org.junit.jupiter.api.Test;

class ShippedAdaptersTest {
  private static final Path MODELS = Path.of("..", "deft", "models");

  @Test
  void shouldStateWhatTheyWereValidatedOnWithTheSamplerThatTheyAreServedWith() throws IOException {
    var models = new ModelFiles(MODELS);
    try (var directories = Files.list(MODELS.resolve("adapters"))) {
      assertThat(directories.toList())
          .isNotEmpty()
          .allSatisfy(
              directory -> {
                var manifest = AdapterDirectory.read(directory).manifest();
                var task = models.task(manifest.task());
                assertThat(manifest.operatorFingerprint())
                    .isEqualTo(Operators.fingerprint(task.operator()));
                var validation = manifest.validation();
                assertThat(validation.path("sampler").asText())
                    .isEqualTo(manifest.sampler().orElseThrow().describe());
                assertThat(validation.path("pairs").asInt()).isGreaterThanOrEqualTo(50);
                assertThat(validation.at("/residual/low").asDouble()).isBetween(0.1, 1.0);
                assertThat(validation.at("/residual/high").asDouble()).isBetween(1.0, 10.0);
              });
    }
  }
}
