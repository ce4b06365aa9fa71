package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TikhonovTest {
  private static final String MASKED =
      "{'kind':'inpainting','mask':{'type':'box','leastHidden':0.2,'mostHidden':0.3},"
          + "'noise':{'type':'gaussian','sigma':0.01}}";

  /** What the data ask for and what smoothness asks for cancel at the answer. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        OperatorTestCases.SR_4_BICUBIC,
        OperatorTestCases.DENOISING,
        OperatorTestCases.FAN
      })
  void shouldReachTheOptimum(String spec) {
    var shape = new ImageShape(12, 16, spec.equals(OperatorTestCases.FAN) ? 1 : 3);
    var operator = OperatorTestCases.create(spec, shape);
    var random = new Random(1);
    var truth = new float[shape.size()];
    for (int i = 0; i < truth.length; i++) {
      truth[i] = (float) Math.tanh(random.nextGaussian());
    }
    var y = operator.simulate(truth, random);
    double weight = 0.3;

    float[] x = Tikhonov.reconstruct(operator, y, weight, 2000);

    float[] uphill = operator.adjoint(operator.unexplained(x, y));
    double scale = OperatorTestCases.norm(operator.adjoint(y));
    int channels = shape.channels();
    int row = shape.width() * channels;
    for (int i = 0; i < x.length; i++) {
      double laplacian = 0;
      laplacian += i >= row ? x[i - row] - x[i] : 0;
      laplacian += i + row < x.length ? x[i + row] - x[i] : 0;
      laplacian += i % row >= channels ? x[i - channels] - x[i] : 0;
      laplacian += i % row + channels < row ? x[i + channels] - x[i] : 0;
      assertThat(uphill[i] + weight * laplacian).isCloseTo(0, within(1e-3 * scale));
    }
  }

  /** A plane is harmonic: with little noise and little weight it comes back behind the mask. */
  @Test
  void shouldFillAHoleHarmonically() {
    var shape = new ImageShape(20, 20, 1);
    var mask = new float[400];
    var plane = new float[400];
    var seen = new float[400];
    Arrays.fill(mask, 1);
    for (int i = 0; i < 400; i++) {
      plane[i] = (i % 20) * 0.05f - (i / 20) * 0.03f;
      if (i / 20 > 5 && i / 20 < 14 && i % 20 > 6 && i % 20 < 12) {
        mask[i] = 0;
      }
      seen[i] = plane[i] * mask[i];
    }
    var operator = OperatorTestCases.create(MASKED, shape).bind(Map.of("mask", mask));

    float[] filled = Tikhonov.reconstruct(operator, seen, 1e-4, 5000);

    assertThat(filled).containsExactly(plane, within(2e-3f));
  }

  @Test
  void shouldRefuseWhatItCannotSolve() {
    var shape = new ImageShape(8, 8, 1);
    var hdr = OperatorTestCases.create(OperatorTestCases.HDR, shape);
    var plain = OperatorTestCases.create(OperatorTestCases.DENOISING, shape);
    assertThatThrownBy(() -> Tikhonov.reconstruct(hdr, new float[64], 1, 1))
        .hasMessageContaining("not of hdr");
    assertThatThrownBy(() -> Tikhonov.reconstruct(plain, new float[64], 0, 1))
        .hasMessage("tikhonov needs a weight above 0 and at least one iteration, got 0.0 and 1");
  }
}
