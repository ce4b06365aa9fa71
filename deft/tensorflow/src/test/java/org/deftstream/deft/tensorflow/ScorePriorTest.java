package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.safetensors.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * NCSN++ as diffusers has it: a network of skip blocks that is told a noise level and answers the
 * score of images in [0, 1], against PyTorch's answers at the levels 1 and 999.
 */
class ScorePriorTest {
  private static final UNetFixture FIXTURE = UNetFixture.load("fourier-skip");

  @TempDir private Path folder;

  private PriorDirectory directory(String scheduler) throws Exception {
    var about = JsonNodeFactory.instance.objectNode().put("name", "score");
    return PriorDirectory.write(
        folder,
        FIXTURE.config(),
        SchedulerConfig.parse(new ObjectMapper().readTree(scheduler.replace('\'', '"'))),
        FIXTURE.weights(),
        Safetensors.Storage.F32,
        about);
  }

  @Test
  void shouldAnswerWithTheNoiseThatTheScoreStandsFor() throws Exception {
    var directory =
        directory("{'_class_name': 'ScoreSdeVeScheduler', 'sigma_min': 1, 'sigma_max': 999}");
    try (var prior = TensorFlowBackend.start(SessionOptions.standard()).openPrior(directory)) {
      int size = prior.imageShape().size();
      int last = prior.schedule().steps() - 1;
      for (int row : new int[] {0, 2}) {
        int t = row == 0 ? 0 : last;
        double level = FIXTURE.timesteps()[row];
        // The network's images are (x + 1) / 2, so its noise is half as strong as ours.
        assertThat(prior.schedule().sigma(t)).isCloseTo(2 * level, within(1e-6 * level));
        var xt = new float[size];
        for (int i = 0; i < size; i++) {
          double seen = FIXTURE.values("input")[row * size + i];
          xt[i] = (float) ((2 * seen - 1) * Math.sqrt(prior.schedule().alphaBar(t)));
        }

        float[] eps = prior.predictNoise(xt, new int[] {t});

        for (int i = 0; i < size; i++) {
          double expected = -level * FIXTURE.values("output")[row * size + i];
          assertThat((double) eps[i]).isCloseTo(expected, within(5e-4));
        }
      }
    }
  }

  @Test
  void shouldRefuseAScoreThatIsToldATimestep() throws Exception {
    var directory = directory("{'_class_name': 'DDPMScheduler'}");

    assertThatThrownBy(
            () -> TensorFlowBackend.start(SessionOptions.standard()).openPrior(directory))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("needs a ScoreSdeVeScheduler");
  }
}
