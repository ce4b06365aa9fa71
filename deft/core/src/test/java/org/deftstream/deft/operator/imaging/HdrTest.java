package org.deftstream.deft.operator.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.HDR;
import static org.deftstream.deft.operator.OperatorTestCases.create;

import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorTestCases;
import org.junit.jupiter.api.Test;

class HdrTest {
  private static final ForwardOperator OPERATOR = create(HDR, new ImageShape(1, 5, 1));

  @Test
  void shouldSaturate() {
    float[] x = {-0.9f, -0.25f, 0, 0.25f, 0.9f};

    assertThat(OPERATOR.linear()).isFalse();
    assertThat(OPERATOR.measure(x)).containsExactly(-1, -0.5f, 0, 0.5f, 1);
    assertThat(OPERATOR.vectorJacobian(x, new float[] {1, 1, 1, 1, 1}))
        .containsExactly(0, 2, 2, 2, 0);
  }

  @Test
  void shouldPullASaturatedEstimateBackWhereTheExactGradientIsZero() {
    float[] x0 = {0.9f, 0, 0, 0, 0};
    float[] y = {0.2f, 0, 0, 0, 0};

    assertThat(OPERATOR.likelihoodGradient(x0, y)[0]).isCloseTo(-0.4f, within(1e-6f));
  }

  @Test
  void shouldFindTheProximalPointThatASearchFinds() {
    var random = new Random(1);
    for (double rho : new double[] {0.01, 0.5, 3, 20}) {
      for (int trial = 0; trial < 100; trial++) {
        float[] x0 = OperatorTestCases.uniform(5, random);
        float[] y = OperatorTestCases.uniform(5, random);
        var point = OPERATOR.proximal(x0, y, rho);
        for (int i = 0; i < 5; i++) {
          double best = Double.POSITIVE_INFINITY;
          for (double x = -1.2; x <= 1.2; x += 1e-3) {
            best = Math.min(best, cost(x, y[i], x0[i], rho));
          }
          assertThat(cost(point[i], y[i], x0[i], rho)).isLessThan(best + 1e-6);
        }
      }
    }
  }

  private static double cost(double x, double y, double x0, double rho) {
    double misfit = y - Math.max(-1, Math.min(1, 2 * x));
    return misfit * misfit + rho * (x - x0) * (x - x0);
  }
}
