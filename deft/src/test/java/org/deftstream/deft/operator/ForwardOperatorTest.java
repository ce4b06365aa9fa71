package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.dot;
import static org.deftstream.deft.operator.OperatorTestCases.measurementSize;
import static org.deftstream.deft.operator.OperatorTestCases.norm;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every operator promises. */
class ForwardOperatorTest {
  private static final String CASES = "org.deftstream.deft.operator.OperatorTestCases#bound";

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldHaveAnExactAdjoint(ForwardOperator operator) {
    var random = new Random(1);
    for (int i = 0; i < 10; i++) {
      var x = uniform(operator.imageShape().size(), random);
      var y = uniform(measurementSize(operator), random);
      var projected = operator.measure(x);

      double there = dot(projected, y);
      double back = dot(x, operator.adjoint(y));

      assertThat(Math.abs(there - back)).isLessThan(1e-5 * norm(projected) * norm(y));
    }
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldHaveTheLikelihoodGradientOfTheMisfit(ForwardOperator operator) {
    // The plain gradient of -|y - A x|^2 / 2 is A^T (y - A x): it must match finite differences,
    var random = new Random(2);
    var x = uniform(operator.imageShape().size(), random);
    var y = operator.simulate(uniform(x.length, random), random);
    var gradient = operator.adjoint(minus(y, operator.measure(x)));
    var direction = uniform(x.length, random);
    double step = 1e-2;
    double slope =
        (objective(operator, moved(x, direction, step), y)
                - objective(operator, moved(x, direction, -step), y))
            / (2 * step);
    assertThat(slope).isCloseTo(dot(gradient, direction), within(1e-3 * Math.abs(slope) + 1e-3));

    // and the preconditioned one that adapters see must also be uphill, and lead there.
    var preconditioned = operator.likelihoodGradient(x, y);
    assertThat(dot(preconditioned, gradient)).isPositive();
    assertThat(objective(operator, moved(x, preconditioned, 0.5), y))
        .isGreaterThan(objective(operator, x, y));
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldReachTheProximalPoint(ForwardOperator operator) {
    var random = new Random(4);
    var x0 = uniform(operator.imageShape().size(), random);
    var y = operator.simulate(uniform(x0.length, random), random);
    for (double rho : new double[] {0.01, 0.3, 10}) {
      var point = operator.proximal(x0, y, rho);

      // Half the gradient of |y - A x|^2 + rho |x - x0|^2.
      var gradient = operator.adjoint(minus(operator.measure(point), y));
      var start = norm(operator.adjoint(minus(operator.measure(x0), y)));
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] += (float) (rho * (point[i] - x0[i]));
      }
      assertThat(norm(gradient)).as("rho %s", rho).isLessThan(2e-4 * start);
    }
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldStateConditioningOfTheStatedShape(ForwardOperator operator) {
    var shape = operator.imageShape();
    var y = operator.simulate(uniform(shape.size(), new Random(5)), new Random(6));

    assertThat(y).hasSize(measurementSize(operator));
    assertThat(operator.conditioning(y))
        .hasSize(shape.height() * shape.width() * operator.conditioningChannels());
    assertThat(operator.pseudoInverse(y)).hasSize(shape.size());
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldSimulateNoiseOfTheStatedLevel(ForwardOperator operator) {
    var x = uniform(operator.imageShape().size(), new Random(7));

    assertThat(operator.residual(x, operator.measure(x))).isLessThan(1e-3);
    assertThat(operator.residual(x, operator.simulate(x, new Random(8))))
        .isCloseTo(1, within(0.15));
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldComeBackFromItsSpecification(ForwardOperator operator) {
    var again = Operators.create(operator.spec(), operator.imageShape());

    assertThat(again.spec()).isEqualTo(operator.spec());
    assertThat(Operators.fingerprint(again))
        .isEqualTo(Operators.fingerprint(operator))
        .matches("[0-9a-f]{64}");
    assertThat(again.noiseSigma()).isEqualTo(operator.noiseSigma());
    assertThat(again.measurementShape()).isEqualTo(operator.measurementShape());
  }

  /** The log-likelihood up to scale: {@code -|y - A x|^2 / 2}. */
  private static double objective(ForwardOperator operator, float[] x, float[] y) {
    var misfit = minus(y, operator.measure(x));
    return -dot(misfit, misfit) / 2;
  }

  private static float[] moved(float[] x, float[] direction, double step) {
    var out = x.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += (float) (step * direction[i]);
    }
    return out;
  }

  private static float[] minus(float[] a, float[] b) {
    var out = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      out[i] = a[i] - b[i];
    }
    return out;
  }
}
