package org.deftstream.deft.operator.interferometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.INTERFEROMETRY;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.dot;
import static org.deftstream.deft.operator.OperatorTestCases.filled;
import static org.deftstream.deft.operator.OperatorTestCases.minus;
import static org.deftstream.deft.operator.OperatorTestCases.moved;
import static org.deftstream.deft.operator.OperatorTestCases.norm;
import static org.deftstream.deft.operator.OperatorTestCases.times;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.junit.jupiter.api.Test;

class InterferometerTest {
  private static final ImageShape SHAPE = new ImageShape(48, 60, 1);
  private static final double RADIANS = Math.PI / 180 / 3600 * 1e-6; // of a microarcsecond
  private static final double PIXEL = 100 * RADIANS / 60;

  private final Random random = new Random(1);

  private ForwardOperator scan(ImageShape shape, float[] type, float[] uv) {
    return create(INTERFEROMETRY, shape)
        .sizedFor(new int[] {type.length})
        .bind(Map.of("type", type, "uv", uv, "sigma", filled(type.length, 0.02f)));
  }

  /** Three baselines round a triangle, in wavelengths, and a fourth place. */
  private float[] baselines(int values) {
    var uv = new float[values * 8];
    for (int i = 0; i < values; i++) {
      for (int j = 0; j < 4; j++) {
        uv[8 * i + j] = (float) (4e9 * random.nextGaussian());
      }
      uv[8 * i + 4] = -uv[8 * i] - uv[8 * i + 2];
      uv[8 * i + 5] = -uv[8 * i + 1] - uv[8 * i + 3];
      uv[8 * i + 6] = uv[8 * i] * 0.5f;
      uv[8 * i + 7] = uv[8 * i + 1] * 0.5f;
    }
    return uv;
  }

  /** A round Gaussian of a flux, in Jansky, off the middle: east is left, north is up. */
  private static float[] blob(double east, double north, double width, double flux) {
    var image = new float[SHAPE.size()];
    for (int i = 0; i < image.length; i++) {
      double x = (29.5 - i % 60) * PIXEL / RADIANS - east;
      double y = (23.5 - i / 60) * PIXEL / RADIANS - north;
      double perArea = flux / (2 * Math.PI * width * width);
      double jansky =
          perArea * Math.exp(-(x * x + y * y) / (2 * width * width)) * Math.pow(PIXEL / RADIANS, 2);
      image[i] = (float) (jansky * 2 * 60 * 60 / 3 - 1);
    }
    return image;
  }

  /** The closed form of its visibility: modulus and phase. */
  private static double[] visibility(
      double u, double v, double east, double north, double width, double flux) {
    double square = (u * u + v * v) * width * width * RADIANS * RADIANS;
    return new double[] {
      flux * Math.exp(-2 * Math.PI * Math.PI * square),
      -2 * Math.PI * (u * east + v * north) * RADIANS
    };
  }

  @Test
  void shouldMeasureAGaussianAsItsClosedFormSays() {
    float[] types = {0, 1, 2, 3, 4, 0, 1, 2, 3, 4};
    float[] uv = baselines(types.length);
    double east = 8;
    double north = -5;
    double width = 5;
    float[] y = scan(SHAPE, types, uv).measure(blob(east, north, width, 0.6));

    for (int i = 0; i < types.length; i++) {
      var v = new double[4][];
      for (int j = 0; j < 4; j++) {
        v[j] = visibility(uv[8 * i + 2 * j], uv[8 * i + 2 * j + 1], east, north, width, 0.6);
      }
      double expected =
          switch ((int) types[i]) {
            case 0 -> v[0][0];
            case 1 -> 0; // The phases of a single place close.
            case 2 -> Math.log(v[0][0] * v[1][0] / v[2][0] / v[3][0]);
            case 3 -> v[0][0] * Math.cos(v[0][1]);
            default -> v[0][0] * Math.sin(v[0][1]);
          };
      assertThat((double) y[i])
          .as("value %s of type %s", i, types[i])
          .isCloseTo(expected, within(2e-3));
    }
  }

  /** Two places: what closes is the phase of their interference, whoever errs at the stations. */
  @Test
  void shouldCloseThePhasesOfTwoPlaces() {
    float[] uv = baselines(5);
    var image = blob(15, 4, 2, 0.4);
    var other = blob(-12, -9, 2, 0.3);
    for (int i = 0; i < image.length; i++) {
      image[i] += other[i] + 1;
    }
    float[] y = scan(SHAPE, filled(5, 1), uv).measure(image);

    for (int i = 0; i < 5; i++) {
      double sum = 0;
      for (int j = 0; j < 3; j++) {
        double u = uv[8 * i + 2 * j];
        double v = uv[8 * i + 2 * j + 1];
        var a = visibility(u, v, 15, 4, 2, 0.4);
        var b = visibility(u, v, -12, -9, 2, 0.3);
        sum +=
            Math.atan2(
                a[0] * Math.sin(a[1]) + b[0] * Math.sin(b[1]),
                a[0] * Math.cos(a[1]) + b[0] * Math.cos(b[1]));
      }
      assertThat(Math.cos(y[i] - sum)).isCloseTo(1, within(1e-3));
      assertThat((double) y[i]).isBetween(-Math.PI - 1e-6, Math.PI + 1e-6);
    }
  }

  @Test
  void shouldTurnTheSkyByHalfATurnWhereTheExponentIsPositive() {
    float[] uv = baselines(5);
    var image = blob(15, 4, 2, 0.4);
    var turned = image.clone();
    for (int i = 0; i < image.length; i++) {
      turned[i] = image[image.length - 1 - i];
    }
    var other =
        create(INTERFEROMETRY.replace("'brightness'", "'sign':1,'brightness'"), SHAPE)
            .sizedFor(new int[] {5})
            .bind(Map.of("type", filled(5, 4), "uv", uv, "sigma", filled(5, 1)));

    assertThat(other.measure(image))
        .containsExactly(scan(SHAPE, filled(5, 4), uv).measure(turned), within(1e-5f));
    assertThat(other.spec().get("sign").intValue()).isEqualTo(1);
  }

  @Test
  void shouldHaveTheJacobianOfItsPhasesToo() {
    var shape = new ImageShape(9, 12, 1);
    var task = create(INTERFEROMETRY, shape);
    var operator = task.bind(task.drawAuxiliary(random));
    var x = uniform(shape.size(), random);
    var cotangent = uniform(60, random);
    var product = operator.vectorJacobian(x, cotangent);

    var expected = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      var direction = new float[x.length];
      direction[i] = 1;
      // The difference of both sides from the same values: phases that wrap do not matter.
      float[] middle = operator.measure(x);
      float[] up = operator.unexplained(moved(x, direction, 1e-3), middle);
      float[] down = operator.unexplained(moved(x, direction, -1e-3), middle);
      expected[i] = (float) (dot(minus(down, up), cotangent) / 2e-3);
    }
    assertThat(norm(minus(product, expected))).isLessThan(1e-2 * norm(expected));
  }

  @Test
  void shouldReachALocalMinimumAsProximalPoint() {
    var task = create(INTERFEROMETRY, SHAPE);
    var auxiliary = new HashMap<>(task.drawAuxiliary(random));
    var sigma = auxiliary.get("sigma").clone();
    for (int i = 0; i < sigma.length; i++) {
      sigma[i] *= (float) (1 + i % 4);
    }
    auxiliary.put("sigma", sigma);
    var operator = task.bind(auxiliary);
    var truth = blob(10, 0, 5, 0.7);
    var y = operator.simulate(truth, random);
    var x0 = blob(0, 0, 7, 0.7);
    double rho = operator.noiseSigma() * operator.noiseSigma();

    var point = operator.proximal(x0, y, rho);

    assertThat(operator.residual(truth, y)).isCloseTo(1, within(0.3));
    assertThat(operator.residual(x0, y)).isGreaterThan(3);
    assertThat(operator.residual(point, y)).isLessThan(1.5);
    var weights = operator.weights(y);
    var gradient = operator.vectorJacobian(point, times(weights, operator.unexplained(point, y)));
    double start = norm(operator.vectorJacobian(x0, times(weights, operator.unexplained(x0, y))));
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] += (float) (rho * (x0[i] - point[i]));
    }
    assertThat(norm(gradient)).isLessThan(1e-2 * start);
    assertThat(operator.residual(operator.pseudoInverse(y), y)).isLessThan(1.5);
  }

  /**
   * A record is bound to be checked, to be simulated and to be reconstructed: the last needs them.
   */
  @Test
  void shouldComputeTheProductsOfItsWavesWhenAProximalPointAsksForThem() {
    var task = create(INTERFEROMETRY, SHAPE);
    var operator = (Interferometer) task.bind(task.drawAuxiliary(random));
    var x = blob(10, 0, 5, 0.7);
    var y = operator.simulate(x, random);
    operator.likelihoodGradient(x, y);
    operator.residual(x, y);
    assertThat(operator.scan().productsComputed()).isFalse();

    operator.proximal(x, y, 1);

    assertThat(operator.scan().productsComputed()).isTrue();
  }

  @Test
  void shouldTakeAnyNumberOfValuesAndSayWhatIsNone() {
    var task = create(INTERFEROMETRY, SHAPE);
    assertThat(task.imageShapeOf(new int[] {7}, Set.of())).contains(SHAPE);
    var bound = scan(SHAPE, filled(7, 1), baselines(7));
    assertThat(bound.measurementShape()).containsExactly(7);
    assertThat(Operators.fingerprint(bound)).isEqualTo(Operators.fingerprint(task));
    assertThatThrownBy(() -> scan(SHAPE, filled(7, 5), baselines(7)))
        .hasMessageContaining("type must hold 0 (amplitude)")
        .hasMessageEndingWith("got 5.0");
    var uv = baselines(7);
    uv[3] = Float.POSITIVE_INFINITY;
    assertThatThrownBy(() -> scan(SHAPE, filled(7, 1), uv))
        .hasMessageContaining("uv must hold wavelengths, got");
    assertThatThrownBy(() -> task.bind(Map.of("uv", uv)))
        .hasMessage("interferometry needs the auxiliary input 'sigma' of 60 values, got none");
    assertThatThrownBy(() -> task.sizedFor(new int[] {1 << 25})).hasMessageContaining("at most");
    assertThatThrownBy(() -> task.measure(new float[SHAPE.size()]))
        .isInstanceOf(IllegalStateException.class);
  }
}
