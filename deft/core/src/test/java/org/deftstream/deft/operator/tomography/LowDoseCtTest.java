package org.deftstream.deft.operator.tomography;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.dot;
import static org.deftstream.deft.operator.OperatorTestCases.norm;
import static org.deftstream.deft.operator.OperatorTestCases.picture;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.Arrays;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.operator.ForwardOperator;
import org.junit.jupiter.api.Test;

class LowDoseCtTest {
  private static final int SIDE = 32;
  private static final int BINS = 47;
  private static final double PHOTONS = 2000;
  private static final double ATTENUATION = 3;
  private static final ImageShape SHAPE = new ImageShape(SIDE, SIDE, 1);
  private static final float[] DISC =
      picture(SIDE, (x, y) -> x * x + y * y <= 0.64, 0); // m = 1/2 inside

  @Test
  void shouldCountPhotonsBehindTheAttenuation() {
    var operator = lowDose(PHOTONS);
    var exact = operator.measure(DISC);
    var ones = new float[SIDE * SIDE];
    Arrays.fill(ones, 1);
    var full = operator.measure(ones);
    int centre = BINS / 2;
    double length = full[centre];
    double expected = PHOTONS * Math.exp(-ATTENUATION * (exact[centre] + length) / 2);

    int scans = 4000;
    double sum = 0;
    double squares = 0;
    var random = new Random(1);
    for (int i = 0; i < scans; i++) {
      double y = operator.simulate(DISC, random)[centre];
      double count = PHOTONS * Math.exp(-ATTENUATION * (y + length) / 2);
      sum += count;
      squares += (count - expected) * (count - expected);
    }

    assertThat((exact[centre] + length) / 2).as("1.6 long, of 1/2").isCloseTo(0.8, within(0.05));
    assertThat(sum / scans).isCloseTo(expected, within(4 * Math.sqrt(expected / scans)));
    assertThat(squares / scans)
        .as("Poisson: the variance is the mean")
        .isCloseTo(expected, within(0.1 * expected));
  }

  @Test
  void shouldStateTheRootMeanSquareOfTheNoiseOnItsReferenceObject() {
    var operator = lowDose(PHOTONS);
    var exact = operator.measure(DISC);
    double squares = 0;
    int scans = 200;
    var random = new Random(2);
    for (int i = 0; i < scans; i++) {
      var y = operator.simulate(DISC, random);
      for (int j = 0; j < y.length; j++) {
        squares += (y[j] - exact[j]) * (double) (y[j] - exact[j]);
      }
    }

    double measured = Math.sqrt(squares / scans / exact.length);
    assertThat(measured).isCloseTo(operator.noiseSigma(), within(0.02 * operator.noiseSigma()));
  }

  @Test
  void shouldMeasureMisfitsInUnitsOfEachRaysNoise() {
    var operator = lowDose(PHOTONS);
    var random = new Random(3);
    double air = 0;
    double everywhere = 0;
    int scans = 100;
    for (int i = 0; i < scans; i++) {
      everywhere += operator.residual(DISC, operator.simulate(DISC, random));
      var empty = picture(SIDE, (x, y) -> false, 0);
      air += operator.residual(empty, operator.simulate(empty, random));
    }

    assertThat(everywhere / scans).isCloseTo(1, within(0.02));
    assertThat(air / scans).as("with little noise in every ray").isCloseTo(1, within(0.02));
  }

  @Test
  void shouldTrustThinRaysMoreInTheProximalPoint() {
    var operator = lowDose(PHOTONS);
    var random = new Random(4);
    var x0 = uniform(SIDE * SIDE, random);
    var y = operator.simulate(DISC, random);
    double rho = 0.5;
    var ones = new float[SIDE * SIDE];
    Arrays.fill(ones, 1);
    var full = operator.measure(ones);

    var point = operator.proximal(x0, y, rho);

    var misfit = operator.measure(point);
    for (int i = 0; i < misfit.length; i++) {
      double count = PHOTONS * Math.exp(-ATTENUATION * (y[i] + full[i]) / 2);
      double variance = 4 / (ATTENUATION * ATTENUATION * count);
      double sigma = operator.noiseSigma();
      misfit[i] = (float) ((misfit[i] - y[i]) * sigma * sigma / variance);
    }
    var gradient = operator.adjoint(misfit);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] += (float) (rho * (point[i] - x0[i]));
    }
    assertThat(norm(gradient)).isLessThan(1e-3 * norm(operator.adjoint(misfit)));
    assertThat(dot(gradient, gradient)).isFinite();
  }

  @Test
  void shouldLoseImageQualityWithTheDose() {
    assertThat(quality(1e6)).isGreaterThan(quality(1e3) + 1);
  }

  @Test
  void shouldSurviveRaysThatNoPhotonPasses() {
    var operator = lowDose(0.5);

    var y = operator.simulate(DISC, new Random(6));

    assertThat(operator.residual(DISC, y)).isFinite();
    for (float value : operator.proximal(DISC, y, 1)) {
      assertThat(value).isFinite();
    }
  }

  @Test
  void shouldStateTheDefaultAttenuation() {
    var brief =
        create(
            "{'kind':'ct-parallel','views':3,'detectorBins':9,"
                + "'noise':{'type':'poisson','photons':100}}",
            SHAPE);

    assertThat(brief.spec().at("/noise/attenuation").doubleValue()).isEqualTo(4);
  }

  private static double quality(double photons) {
    var operator = lowDose(photons);
    return Psnr.of(operator.pseudoInverse(operator.simulate(DISC, new Random(5))), DISC);
  }

  private static ForwardOperator lowDose(double photons) {
    return create(
        "{'kind':'ct-parallel','views':40,'detectorBins':"
            + BINS
            + ",'noise':{'type':'poisson','photons':"
            + photons
            + ",'attenuation':"
            + ATTENUATION
            + "}}",
        SHAPE);
  }
}
