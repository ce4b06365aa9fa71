package org.deftstream.deft.operator.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.GAUSSIAN_BLUR;
import static org.deftstream.deft.operator.OperatorTestCases.NONLINEAR_BLUR;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.minus;
import static org.deftstream.deft.operator.OperatorTestCases.norm;
import static org.deftstream.deft.operator.OperatorTestCases.picture;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.Arrays;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Psnr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlurTest {
  private static final int SIDE = 32;
  private static final ImageShape SHAPE = new ImageShape(SIDE, SIDE, 1);

  @Test
  void shouldSpreadAPointAsAGaussian() {
    var operator = create(GAUSSIAN_BLUR, SHAPE);
    var point = new float[SIDE * SIDE];
    point[16 * SIDE + 16] = 1;

    var spread = operator.measure(point);

    double centre = spread[16 * SIDE + 16];
    assertThat(centre).isCloseTo(1 / (2 * Math.PI * 1.5 * 1.5), within(1e-4));
    assertThat(spread[16 * SIDE + 19] / centre)
        .isCloseTo(Math.exp(-9 / (2 * 1.5 * 1.5)), within(1e-4));
    assertThat(spread[14 * SIDE + 16] / centre)
        .isCloseTo(Math.exp(-4 / (2 * 1.5 * 1.5)), within(1e-4));
  }

  @ParameterizedTest
  @CsvSource({"7, 0", "7, 30", "9, 90", "8, -45", "5, 120", "10, -170"})
  void shouldSpreadAPointAlongTheStatedLine(double length, double angle) {
    var operator =
        create(
            "{'kind':'motion-blur','length':"
                + length
                + ",'angleDegrees':"
                + angle
                + ",'noise':{'type':'gaussian','sigma':0.02}}",
            SHAPE);
    var point = new float[SIDE * SIDE];
    point[16 * SIDE + 16] = 1;
    double right = Math.cos(Math.toRadians(angle));
    double up = Math.sin(Math.toRadians(angle));

    var spread = operator.measure(point);

    double mass = 0;
    double along = 0;
    double across = 0;
    for (int i = 0; i < spread.length; i++) {
      double x = i % SIDE - 16;
      double y = 16 - i / SIDE;
      double forward = x * right + y * up;
      double sideways = y * right - x * up;
      mass += spread[i];
      along += spread[i] * forward * forward;
      across += spread[i] * sideways * sideways;
      if (spread[i] != 0) { // A line half as long either way, and the pixels beside it.
        assertThat(Math.abs(forward)).isLessThan(length / 2 + Math.sqrt(2));
        assertThat(Math.abs(sideways)).isLessThan(Math.sqrt(2));
      }
    }
    assertThat(mass).isCloseTo(1, within(1e-4));
    // Uniform along the line: its variance is that of the length, and up to 1/4 of interpolation.
    assertThat(along).isBetween(length * length / 12 - 0.1, length * length / 12 + 0.3);
    assertThat(across).isBetween(-1e-6, 0.3);
  }

  @ParameterizedTest
  @ValueSource(strings = {GAUSSIAN_BLUR, NONLINEAR_BLUR})
  void shouldKeepTheBackgroundUpToTheBorder(String spec) {
    var background = new float[SIDE * SIDE];
    Arrays.fill(background, -1);

    for (float value : create(spec, SHAPE).measure(background)) {
      assertThat(value).isCloseTo(-1, within(1e-5f));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {GAUSSIAN_BLUR, NONLINEAR_BLUR})
  void shouldSharpenByThePseudoInverse(String spec) {
    var operator = create(spec, SHAPE);
    var disc = picture(SIDE, (x, y) -> x * x + y * y < 0.4, 0.2f);
    var y = operator.simulate(disc, new Random(1));

    assertThat(Psnr.of(operator.pseudoInverse(y), disc)).isGreaterThan(Psnr.of(y, disc) + 1);
  }

  @Test
  void shouldPressTonesTogetherWithinTheRange() {
    var operator =
        create(
            "{'kind':'nonlinear-blur','blur':0.3,'gain':2,"
                + "'noise':{'type':'gaussian','sigma':0.02}}",
            SHAPE);
    double previous = Double.NEGATIVE_INFINITY;
    for (float level = -1; level <= 1; level += 0.125f) {
      var flat = new float[SIDE * SIDE];
      Arrays.fill(flat, level);
      double seen = operator.measure(flat)[100];

      assertThat(seen).isCloseTo(Math.tanh(2 * level) / Math.tanh(2), within(1e-5));
      assertThat(seen).isGreaterThan(previous).isBetween(-1.00001, 1.00001);
      previous = seen;
    }
    assertThat(operator.linear()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.003, 0.1, 3})
  void shouldReachAStationaryProximalPointThroughTheResponseCurve(double rho) {
    var operator = create(NONLINEAR_BLUR, SHAPE);
    var random = new Random(2);
    var x0 = uniform(SIDE * SIDE, random);
    var y = operator.simulate(uniform(x0.length, random), random);

    var point = operator.proximal(x0, y, rho);

    var slope = operator.vectorJacobian(point, minus(operator.measure(point), y));
    var start = operator.vectorJacobian(x0, minus(operator.measure(x0), y));
    for (int i = 0; i < slope.length; i++) {
      slope[i] += (float) (rho * (point[i] - x0[i]));
    }
    assertThat(norm(slope)).isLessThan(0.01 * norm(start));
  }
}
