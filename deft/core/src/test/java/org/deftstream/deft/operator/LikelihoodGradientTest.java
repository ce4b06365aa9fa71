package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.GAUSSIAN_BLUR;
import static org.deftstream.deft.operator.OperatorTestCases.MOTION_BLUR;
import static org.deftstream.deft.operator.OperatorTestCases.MRI;
import static org.deftstream.deft.operator.OperatorTestCases.MRI_COILS;
import static org.deftstream.deft.operator.OperatorTestCases.NONLINEAR_BLUR;
import static org.deftstream.deft.operator.OperatorTestCases.PHASE;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.dot;
import static org.deftstream.deft.operator.OperatorTestCases.inpainting;
import static org.deftstream.deft.operator.OperatorTestCases.minus;
import static org.deftstream.deft.operator.OperatorTestCases.moved;
import static org.deftstream.deft.operator.OperatorTestCases.norm;
import static org.deftstream.deft.operator.OperatorTestCases.picture;
import static org.deftstream.deft.operator.OperatorTestCases.times;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each operator's likelihood gradient has the scale and the preconditioner that it states. */
class LikelihoodGradientTest {
  private static final ImageShape SHAPE = new ImageShape(16, 16, 1);

  private final Random random = new Random(1);
  private final float[] x0 = uniform(256, random);
  private final float[] truth = uniform(256, random);

  @ParameterizedTest
  @ValueSource(strings = {"free-form", "box", "random"})
  void shouldBeTheMaskedMisfit(String type) {
    var unbound = create(inpainting(type, 0.3, 0.5), new ImageShape(8, 16, 2));
    var mask = unbound.drawAuxiliary(random);
    var y = uniform(256, random);

    var gradient = unbound.bind(mask).likelihoodGradient(x0, y);

    for (int i = 0; i < gradient.length; i++) {
      assertThat(gradient[i]).isEqualTo(mask.get("mask")[i / 2] == 0 ? 0 : y[i] - x0[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'gaussian','sigma':0.01}",
        "{'type':'poisson','photons':30000,'attenuation':3}"
      })
  void shouldBeTheFilteredBackProjectionOfTheMisfit(String noise) {
    var operator =
        create("{'kind':'ct-parallel','views':25,'detectorBins':25,'noise':" + noise + "}", SHAPE);
    var y = operator.simulate(truth, random);
    var misfit = minus(y, operator.measure(x0));

    // The pseudo-inverse is the same linear map and a constant.
    var expected = minus(operator.pseudoInverse(misfit), operator.pseudoInverse(new float[625]));

    assertClose(operator.likelihoodGradient(x0, y), expected, 1e-5);
  }

  @Test
  void shouldStepFromTheBackgroundToTheObjectOfManyViews() {
    var operator =
        create(
            "{'kind':'ct-parallel','views':90,'detectorBins':95,'filter':'hann',"
                + "'noise':{'type':'gaussian','sigma':0.01}}",
            new ImageShape(64, 64, 1));
    var empty = picture(64, (x, y) -> false, 0);
    var disc = picture(64, (x, y) -> x * x + y * y < 0.36, 0.5f);

    var gradient = operator.likelihoodGradient(empty, operator.measure(disc));

    assertThat(gradient[32 * 64 + 32]).as("in the disc").isCloseTo(1.5f, within(0.05f));
    assertThat(gradient[4 * 64 + 32]).as("outside").isCloseTo(0, within(0.05f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"average", "bicubic"})
  void shouldBeTheShortestStepThatExplainsASmallImage(String kernel) {
    var operator =
        create(
            "{'kind':'super-resolution','factor':4,'kernel':'"
                + kernel
                + "','noise':{'type':'gaussian','sigma':0.02}}",
            SHAPE);
    var y = operator.simulate(truth, random);
    var gradient = operator.likelihoodGradient(x0, y);

    assertClose(operator.measure(moved(x0, gradient, 1)), y, 1e-4);
    for (int i = 0; i < 10; i++) {
      // What the kernel does not see is orthogonal to the shortest step.
      var direction = uniform(256, random);
      var unseen = minus(direction, operator.pseudoInverse(operator.measure(direction)));
      assertThat(dot(gradient, unseen)).isCloseTo(0, within(1e-4 * norm(gradient) * norm(unseen)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {GAUSSIAN_BLUR, MOTION_BLUR})
  void shouldBeTheRegularisedLeastSquaresStepOfABlur(String spec) {
    var operator = create(spec, SHAPE);
    var y = operator.simulate(truth, random);
    var gradient = operator.likelihoodGradient(x0, y);
    double rho = 4 * 0.02 * 0.02;

    var normal = moved(operator.adjoint(operator.measure(gradient)), gradient, rho);

    assertClose(normal, operator.adjoint(minus(y, operator.measure(x0))), 3e-4);
  }

  @ParameterizedTest
  @ValueSource(strings = {MRI, MRI_COILS})
  void shouldBeTheAdjointOfTheMisfitOnTheCartesianGrid(String spec) {
    var unbound = create(spec, SHAPE);
    var operator = unbound.bind(unbound.drawAuxiliary(random));
    var y = operator.simulate(truth, random);

    assertClose(
        operator.likelihoodGradient(x0, y), operator.adjoint(minus(y, operator.measure(x0))), 1e-5);
  }

  @Test
  void shouldCompensateForTheDensityOfSpokes() {
    int spokes = 9;
    var operator =
        create(
            "{'kind':'mri-radial','spokes':9,'coils':2,'noise':{'type':'gaussian','sigma':0.02}}",
            SHAPE);
    var y = operator.simulate(truth, random);
    var weights = new float[y.length];
    for (int i = 0; i < y.length; i++) {
      // Each ring of width 1 is shared by the two ends of every spoke; the disc of diameter 1 in
      // the middle by the spokes.
      double radius = Math.abs(i / 2 % 16 - 8);
      double area = radius == 0 ? Math.PI / 4 / spokes : 2 * Math.PI * radius / (2 * spokes);
      weights[i] = (float) area;
    }

    assertClose(
        operator.likelihoodGradient(x0, y),
        operator.adjoint(times(weights, minus(y, operator.measure(x0)))),
        1e-5);
  }

  @Test
  void shouldBeFourTimesTheExactGradientOfModuli() {
    var operator = create(PHASE, SHAPE);
    var y = operator.simulate(truth, random);
    var gradient = operator.likelihoodGradient(x0, y);
    var exact = new float[256];
    for (int i = 0; i < exact.length; i++) {
      var pixel = new float[256];
      pixel[i] = 1;
      double step = 1e-3;
      double rise =
          squares(operator, moved(x0, pixel, step), y)
              - squares(operator, moved(x0, pixel, -step), y);
      exact[i] = (float) (-4 * rise / (4 * step)); // -|y - A x|^2 / 2, central differences.
    }

    assertClose(gradient, exact, 3e-3);
  }

  @Test
  void shouldBeHalfTheMisfitOfAnExposure() {
    var operator = create(OperatorTestCases.HDR, SHAPE);
    var y = operator.simulate(truth, random);
    var gradient = operator.likelihoodGradient(x0, y);

    var exact = operator.vectorJacobian(x0, minus(y, operator.measure(x0)));
    for (int i = 0; i < 256; i++) {
      float clipped = Math.max(-1, Math.min(1, 2 * x0[i]));
      assertThat(gradient[i]).isCloseTo((y[i] - clipped) / 2, within(1e-6f));
      if (Math.abs(x0[i]) < 0.5f) {
        assertThat(gradient[i]).as("a quarter").isCloseTo(exact[i] / 4, within(1e-6f));
      }
    }
  }

  @Test
  void shouldUndoTheBlurOfAResponseCurveInItsGradient() {
    var operator = create(NONLINEAR_BLUR, SHAPE);
    var blur =
        create(
            "{'kind':'gaussian-blur','blur':1.2,'noise':{'type':'gaussian','sigma':0.02}}", SHAPE);
    var y = operator.simulate(truth, random);
    var gradient = operator.likelihoodGradient(x0, y);
    double rho = 4 * 0.02 * 0.02;
    double steepest = 2 / Math.tanh(2);

    var normal = moved(blur.adjoint(blur.measure(gradient)), gradient, rho);
    var exact = operator.vectorJacobian(x0, minus(y, operator.measure(x0)));

    assertClose(
        normal,
        times(OperatorTestCases.filled(256, (float) (1 / (steepest * steepest))), exact),
        1e-4);
  }

  private static double squares(ForwardOperator operator, float[] x, float[] y) {
    var misfit = minus(y, operator.measure(x));
    return dot(misfit, misfit);
  }

  private static void assertClose(float[] found, float[] expected, double relative) {
    assertThat(norm(minus(found, expected))).isLessThan(relative * norm(expected));
  }
}
