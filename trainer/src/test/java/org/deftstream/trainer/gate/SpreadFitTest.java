package org.deftstream.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Random;
import org.deftstream.deft.metrics.Coverage;
import org.junit.jupiter.api.Test;

class SpreadFitTest {
  private static final int SAMPLES = 4;

  /** Truth and samples from one Gaussian, but for samples that scatter half as much. */
  @Test
  void shouldFindHowMuchTooNarrowTheSpreadIs() {
    var random = new Random(5);
    var fit = new SpreadFit(SAMPLES);
    var judged = new ArrayList<double[]>();
    for (int n = 0; n < 40; n++) {
      float[][] image = image(random, 10_000, 0.5);
      if (n < 20) {
        fit.add(image[0], image[1], image[2]);
      } else {
        judged.add(Coverage.distances(image[0], image[1], image[2], SAMPLES));
      }
    }

    double covered = 0;
    for (double[] distances : judged) {
      covered +=
          Coverage.share(distances, Coverage.quantile(0.9, SAMPLES), fit.factor()) / judged.size();
    }
    assertThat(covered).as("on images that it was not fitted on").isCloseTo(0.9, within(0.005));
    assertThat(fit.factor()).isBetween(1.3, 2.2);
  }

  @Test
  void shouldNotKnowWhereThereIsNothingToKnow() {
    var single = new SpreadFit(1);
    single.add(new float[4], new float[] {1, 1, 1, 1}, null);
    assertThat(single.factor()).isNaN();
    assertThat(new SpreadFit(SAMPLES).factor()).as("no image").isNaN();
    var flat = new SpreadFit(SAMPLES);
    flat.add(new float[4], new float[] {1, 1, 1, 1}, new float[4]);
    assertThat(flat.factor()).as("no factor widens nothing").isNaN();
  }

  /** Truth, mean and deviation of samples about the same mean. */
  private static float[][] image(Random random, int size, double spread) {
    var out = new float[3][size];
    for (int i = 0; i < size; i++) {
      out[0][i] = (float) random.nextGaussian();
      var samples = new double[SAMPLES];
      double mean = 0;
      for (int k = 0; k < SAMPLES; k++) {
        samples[k] = spread * random.nextGaussian();
        mean += samples[k] / SAMPLES;
      }
      double squares = 0;
      for (double sample : samples) {
        squares += (sample - mean) * (sample - mean);
      }
      out[1][i] = (float) mean;
      out[2][i] = (float) Math.sqrt(squares / (SAMPLES - 1));
    }
    return out;
  }
}
