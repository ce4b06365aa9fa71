package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.dot;
import static org.deftstream.deft.operator.OperatorTestCases.measurementSize;
import static org.deftstream.deft.operator.OperatorTestCases.minus;
import static org.deftstream.deft.operator.OperatorTestCases.moved;
import static org.deftstream.deft.operator.OperatorTestCases.norm;
import static org.deftstream.deft.operator.OperatorTestCases.times;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;
import static org.deftstream.deft.operator.OperatorTestCases.weights;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every operator promises. */
class ForwardOperatorTest {
  private static final String CASES = "org.deftstream.deft.operator.OperatorTestCases#bound";
  private static final String LINEAR = "org.deftstream.deft.operator.OperatorTestCases#linear";
  private static final String SPECTRAL = "org.deftstream.deft.operator.OperatorTestCases#spectral";

  @ParameterizedTest
  @MethodSource(LINEAR)
  void shouldHaveAnExactAdjoint(ForwardOperator operator) {
    var random = new Random(1);
    for (int i = 0; i < 10; i++) {
      var x = uniform(operator.imageShape().size(), random);
      var y = uniform(measurementSize(operator), random);
      // An affine operator's linear part is what has an adjoint.
      var projected = minus(operator.measure(x), operator.measure(new float[x.length]));

      double there = dot(projected, y);
      double back = dot(x, operator.adjoint(y));

      assertThat(Math.abs(there - back)).isLessThan(1e-5 * norm(projected) * norm(y));
    }
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldHaveALikelihoodGradientThatLeadsUphill(ForwardOperator operator) {
    // The exact gradient of -|y - A x|^2 / 2 is J^T (y - A x), and what adapters see leads uphill.
    var random = new Random(2);
    var x = uniform(operator.imageShape().size(), random);
    var y = operator.simulate(uniform(x.length, random), random);
    var gradient = operator.vectorJacobian(x, minus(y, operator.measure(x)));

    var preconditioned = operator.likelihoodGradient(x, y);
    assertThat(dot(preconditioned, gradient)).isPositive();
    assertThat(objective(operator, moved(x, preconditioned, 0.5), y))
        .isGreaterThan(objective(operator, x, y));
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldHaveTheJacobianOfItsMeasurement(ForwardOperator operator) {
    // Pixel by pixel: inner products with random vectors would nearly hide an error of a few
    // percent. A linear operator's differences are exact, so they may be large.
    var random = new Random(9);
    double step = operator.linear() ? 0.5 : 2e-3;
    var x = uniform(operator.imageShape().size(), random);
    var cotangent = uniform(measurementSize(operator), random);
    var product = operator.vectorJacobian(x, cotangent);
    int pixels = 60;
    var expected = new float[pixels];
    var found = new float[pixels];
    for (int i = 0; i < pixels; i++) {
      int pixel = random.nextInt(x.length);
      var direction = new float[x.length];
      direction[pixel] = 1;
      var change =
          minus(
              operator.measure(moved(x, direction, step)),
              operator.measure(moved(x, direction, -step)));
      expected[i] = (float) (dot(change, cotangent) / (2 * step));
      found[i] = product[pixel];
    }

    assertThat(norm(minus(found, expected))).isLessThan(3e-3 * norm(expected));
  }

  @ParameterizedTest
  @MethodSource(LINEAR)
  void shouldReachTheProximalPoint(ForwardOperator operator) {
    var random = new Random(4);
    var x0 = uniform(operator.imageShape().size(), random);
    var y = operator.simulate(uniform(x0.length, random), random);
    for (double rho : new double[] {0.01, 0.3, 10}) {
      var point = operator.proximal(x0, y, rho);

      // Half the gradient of |y - A x|^2 + rho |x - x0|^2, each value weighed by its noise.
      var weights = weights(operator, y);
      var gradient = operator.adjoint(times(weights, minus(operator.measure(point), y)));
      var start = norm(operator.adjoint(times(weights, minus(operator.measure(x0), y))));
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] += (float) (rho * (point[i] - x0[i]));
      }
      assertThat(norm(gradient)).as("rho %s", rho).isLessThan(2e-4 * start);
    }
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldNotBeWorseAtTheProximalPointThanNearby(ForwardOperator operator) {
    var random = new Random(10);
    var x0 = uniform(operator.imageShape().size(), random);
    var y = operator.simulate(uniform(x0.length, random), random);
    double rho = 0.3;
    var point = operator.proximal(x0, y, rho);
    double cost = cost(operator, point, x0, y, rho);

    assertThat(cost).isLessThan(cost(operator, x0, x0, y, rho));
    for (int i = 0; i < 10; i++) {
      var nearby = moved(point, uniform(x0.length, random), 0.03);
      assertThat(cost).isLessThan(cost(operator, nearby, x0, y, rho));
    }
  }

  @ParameterizedTest
  @MethodSource(SPECTRAL)
  void shouldBeDiagonalInItsSpectralCoordinates(ForwardOperator operator) {
    var form = operator.spectralForm().orElseThrow();
    var random = new Random(11);
    var x = uniform(operator.imageShape().size(), random);

    var coordinates = form.imageToSpectral(x);
    var measured = form.measurementToSpectral(operator.measure(x));

    assertThat(norm(coordinates)).as("V is orthogonal").isCloseTo(norm(x), within(1e-4));
    assertThat(norm(minus(form.spectralToImage(coordinates), x))).isLessThan(1e-5 * norm(x));
    var values = form.singularValues();
    for (int i = 0; i < values.length; i++) {
      assertThat(measured[i]).isCloseTo(values[i] * coordinates[i], within(2e-5f));
    }
    var noise = uniform(measurementSize(operator), random);
    assertThat(norm(form.measurementToSpectral(noise)))
        .as("U is orthogonal")
        .isLessThan(norm(noise) * (1 + 1e-5));
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldRefuseArraysOfAnotherSizeNamingBoth(ForwardOperator operator) {
    assertThatThrownBy(() -> operator.measure(new float[7]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(operator.imageShape().size()))
        .hasMessageContaining("got 7");
    assertThatThrownBy(() -> operator.adjoint(new float[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(measurementSize(operator)))
        .hasMessageContaining("got 5");
    assertThatThrownBy(() -> operator.bind(Map.of("sinogram", new float[1])))
        .hasMessageContaining("sinogram");
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldRefuseAnUnknownFieldWithTheNearestName(ForwardOperator operator) {
    var spec = operator.spec().<ObjectNode>deepCopy().put("nois", 1);

    assertThatThrownBy(() -> Operators.create(spec, operator.imageShape()))
        .hasMessageStartingWith(
            "operator " + operator.kind() + ": unknown field 'nois'; did you mean 'noise'?");
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
    var random = new Random(8);
    int scans = Math.max(20, 4000 / measurementSize(operator));
    double squares = 0;
    for (int i = 0; i < scans; i++) {
      double residual = operator.residual(x, operator.simulate(x, random));
      squares += residual * residual;
    }
    assertThat(Math.sqrt(squares / scans)).isCloseTo(1, within(0.06));
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

  private static double cost(
      ForwardOperator operator, float[] x, float[] x0, float[] y, double rho) {
    var change = minus(x, x0);
    var misfit = minus(y, operator.measure(x));
    return dot(misfit, times(weights(operator, y), misfit)) + rho * dot(change, change);
  }

  /** The log-likelihood up to scale: {@code -|y - A x|^2 / 2}. */
  private static double objective(ForwardOperator operator, float[] x, float[] y) {
    var misfit = minus(y, operator.measure(x));
    return -dot(misfit, misfit) / 2;
  }
}
