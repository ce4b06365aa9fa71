package org.deftstream.deft.operator.tomography;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.FAN;
import static org.deftstream.deft.operator.OperatorTestCases.FAN_ANY_ANGLE;
import static org.deftstream.deft.operator.OperatorTestCases.FAN_CURVED;
import static org.deftstream.deft.operator.OperatorTestCases.PARALLEL_OFF_CENTRE;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.filled;
import static org.deftstream.deft.operator.OperatorTestCases.minus;
import static org.deftstream.deft.operator.OperatorTestCases.norm;
import static org.deftstream.deft.operator.OperatorTestCases.times;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.Operators;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the rays of scanners run: against closed forms that know nothing of pixels. */
class BeamGeometryTest {
  private static final ImageShape SHAPE = new ImageShape(96, 120, 1);

  /** An elongated Gaussian off the centre, in units of the longer half side: smooth on pixels. */
  private static final double[] PLACE = {0.23, -0.31};

  private static final double[] PRECISION = {90, 30, 150}; // xx, xy, yy

  private static double blob(double x, double y) {
    double dx = x - PLACE[0];
    double dy = y - PLACE[1];
    return Math.exp(
        -(PRECISION[0] * dx * dx + 2 * PRECISION[1] * dx * dy + PRECISION[2] * dy * dy) / 2);
  }

  /** The integral of the blob along a line through (x, y) in direction (dx, dy). */
  private static double integral(double x, double y, double dx, double dy) {
    double length = Math.hypot(dx, dy);
    double ux = dx / length;
    double uy = dy / length;
    double along = PRECISION[0] * ux * ux + 2 * PRECISION[1] * ux * uy + PRECISION[2] * uy * uy;
    double px = x - PLACE[0];
    double py = y - PLACE[1];
    double mixed =
        PRECISION[0] * ux * px + PRECISION[1] * (ux * py + uy * px) + PRECISION[2] * uy * py;
    double nearest = -mixed / along;
    return Math.sqrt(2 * Math.PI / along) * blob(x + nearest * ux, y + nearest * uy);
  }

  private static float[] blobImage(ImageShape shape) {
    var image = new float[shape.size()];
    double half = Math.max(shape.height(), shape.width()) / 2.0;
    for (int i = 0; i < image.length; i++) {
      double x = (i % shape.width() + 0.5 - shape.width() / 2.0) / half;
      double y = (shape.height() / 2.0 - i / shape.width() - 0.5) / half;
      image[i] = (float) blob(x, y);
    }
    return image;
  }

  /** The line of a ray as the documentation of the specification states it. */
  private static double[] line(JsonNode spec, int view, int bin, double half) {
    double start = Math.toRadians(spec.path("startDegrees").asDouble(0));
    double range = Math.toRadians(spec.get("angleRangeDegrees").doubleValue());
    double angle = start + view * range / spec.get("views").intValue();
    double centre = spec.path("centre").asDouble((spec.get("detectorBins").intValue() - 1) / 2.0);
    double u = (bin - centre) * spec.path("binSize").asDouble(1);
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    if (spec.get("kind").textValue().equals("ct-parallel")) {
      double s = u / half; // A bin is counted in pixels.
      return new double[] {s * cos, s * sin, -sin, cos};
    }
    double unit = half * spec.get("pixelSize").doubleValue();
    double source = spec.get("sourceToOrigin").doubleValue() / unit;
    double far = spec.get("sourceToDetector").doubleValue();
    double turn = spec.get("detector").textValue().equals("curved") ? u / far : Math.atan2(u, far);
    // From the source towards the axis, turned clockwise as the bins are counted.
    double towards = angle + Math.PI - turn;
    return new double[] {source * cos, source * sin, Math.cos(towards), Math.sin(towards)};
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'kind':'ct-parallel','views':7,'detectorBins':121,'startDegrees':-30,'centre':52.25,"
            + "'binSize':1.3,'noise':{'type':'gaussian','sigma':0.01}}",
        "{'kind':'ct-fan','views':11,'detectorBins':90,'binSize':0.4,'sourceToOrigin':50,"
            + "'sourceToDetector':80,'pixelSize':0.25,'startDegrees':17,"
            + "'noise':{'type':'gaussian','sigma':0.01}}",
        "{'kind':'ct-fan','views':9,'detectorBins':90,'binSize':0.9,'sourceToOrigin':30,"
            + "'sourceToDetector':80,'pixelSize':0.25,'angleRangeDegrees':-250,'detector':'curved',"
            + "'centre':40.5,'noise':{'type':'gaussian','sigma':0.01}}"
      })
  void shouldIntegrateAlongTheLinesThatItStates(String text) {
    var operator = create(text, SHAPE);
    var spec = operator.spec();
    double half = Math.max(SHAPE.height(), SHAPE.width()) / 2.0;
    double length =
        spec.has("pixelSize") ? half * spec.get("pixelSize").doubleValue() : 1; // of half a side
    int bins = spec.get("detectorBins").intValue();

    var y = operator.measure(blobImage(SHAPE));

    double largest = 0;
    double worst = 0;
    for (int i = 0; i < y.length; i++) {
      var line = line(spec, i / bins, i % bins, half);
      double expected = length * integral(line[0], line[1], line[2], line[3]);
      largest = Math.max(largest, expected);
      worst = Math.max(worst, Math.abs(y[i] - expected));
    }
    assertThat(largest).as("something is seen").isGreaterThan(0.1 * length);
    assertThat(worst).isLessThan(0.01 * largest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "curved"})
  void shouldReconstructADiscInPhysicalUnits(String detector) {
    var operator =
        create(
            "{'kind':'ct-fan','views':180,'detectorBins':120,'binSize':0.4,'sourceToOrigin':60,"
                + "'sourceToDetector':90,'pixelSize':0.3,'attenuation':0.05,'detector':'"
                + detector
                + "','noise':{'type':'gaussian','sigma':0.001}}",
            new ImageShape(80, 90, 1));
    var disc = disc(80, 90, 4, -6, 25);

    var y = operator.measure(disc);
    var image = operator.pseudoInverse(y);

    float largest = 0;
    for (float value : y) {
      largest = Math.max(largest, value);
    }
    assertThat(largest)
        .as("the diameter, of 3/4 of the attenuation")
        .isCloseTo((float) (50 * 0.3 * 0.05 * 0.75), within(0.02f));
    assertThat(image[40 * 90 + 45]).as("in the disc").isCloseTo(0.5f, within(0.03f));
    assertThat(image[5 * 90 + 80]).as("outside").isCloseTo(-1, within(0.05f));
  }

  /** 0.5 within a radius, in pixels, of a place right of and above the middle; else -1. */
  private static float[] disc(int height, int width, int right, int up, double radius) {
    var image = filled(height * width, -1);
    for (int i = 0; i < image.length; i++) {
      double x = i % width + 0.5 - width / 2.0 - right;
      double y = height / 2.0 - i / width - 0.5 - up;
      if (Math.hypot(x, y) < radius) {
        image[i] = 0.5f;
      }
    }
    return image;
  }

  @ParameterizedTest
  @ValueSource(strings = {FAN, FAN_CURVED, PARALLEL_OFF_CENTRE})
  void shouldTakeTheAnglesOfTheRecord(String text) {
    var task = create(text, new ImageShape(16, 20, 1));
    int views = task.measurementShape()[0];
    int bins = task.measurementShape()[1];
    double range = task.spec().get("angleRangeDegrees").doubleValue();
    var image = uniform(320, new Random(1));
    float[] all = task.measure(image);
    int[] picked = {views - 1, 2, 5};
    var degrees = new float[picked.length];
    for (int i = 0; i < picked.length; i++) {
      degrees[i] = (float) (picked[i] * range / views);
    }
    int[] measured = {picked.length, bins};
    assertThat(task.imageShapeOf(measured, Set.of())).isEmpty();
    assertThat(task.imageShapeOf(measured, Set.of("angles"))).contains(task.imageShape());
    assertThat(task.measuredForm(Set.of("angles"))).isEqualTo("[views, " + bins + "]");

    var sized = task.sizedFor(measured);
    assertThat(sized.measurementShape(Set.of("angles"))).containsExactly(measured);
    assertThat(sized.optionalShapes().get("angles")).containsExactly(picked.length);
    var bound = sized.bind(Map.of("angles", degrees));
    float[] y = bound.measure(image);

    assertThat(bound.measurementShape()).containsExactly(measured);
    assertThat(Operators.fingerprint(bound)).isEqualTo(Operators.fingerprint(task));
    for (int i = 0; i < y.length; i++) {
      assertThat(y[i]).isCloseTo(all[picked[i / bins] * bins + i % bins], within(1e-3f));
    }
    assertThatThrownBy(() -> sized.bind(Map.of()))
        .hasMessageContaining("3 needs the auxiliary input 'angles'");
    assertThatThrownBy(() -> sized.bind(Map.of("angles", new float[] {0, Float.NaN, 1})))
        .hasMessage("angles must be degrees, up to 100000, got NaN for view 1");
    assertThatThrownBy(() -> task.sizedFor(new int[] {1 << 24, bins}))
        .hasMessageContaining("at most");
  }

  @Test
  void shouldSimulateViewsThatBeginAnywhere() {
    var task = create(FAN_ANY_ANGLE, new ImageShape(16, 20, 1));
    var first = new HashSet<Integer>();
    var random = new Random(3);
    for (int i = 0; i < 50; i++) {
      float[] degrees = task.drawAuxiliary(random).get("angles");
      assertThat(degrees).hasSize(24);
      assertThat(degrees[23] - degrees[0]).isCloseTo(230, within(1e-3f));
      first.add((int) degrees[0] / 90);
    }
    assertThat(first).containsExactlyInAnyOrder(0, 1, 2, 3);
    assertThat(task.auxiliaryShapes()).containsOnlyKeys("angles");
    assertThat(task.optionalShapes()).containsOnlyKeys("sigma");
    assertThat(task.imageShapeOf(new int[] {5, 33}, Set.of())).contains(task.imageShape());
    assertThatThrownBy(() -> task.bind(Map.of()))
        .hasMessage("ct-fan needs the auxiliary input 'angles' of 24 values, got none");
    assertThat(task.spec().get("angles").textValue()).isEqualTo("record");
    assertThatThrownBy(
            () -> create(FAN_ANY_ANGLE.replace("'record'", "'random'"), new ImageShape(16, 20, 1)))
        .hasMessageContaining("record");
  }

  @ParameterizedTest
  @ValueSource(strings = {FAN, FAN_CURVED, PARALLEL_OFF_CENTRE})
  void shouldWeighTheRaysByTheNoiseOfTheRecord(String text) {
    var task = create(text, new ImageShape(16, 20, 1));
    int[] shape = task.measurementShape();
    var random = new Random(2);
    var sigma = new float[shape[0] * shape[1]];
    for (int i = 0; i < sigma.length; i++) {
      sigma[i] = (float) (0.01 * Math.exp(random.nextGaussian()));
    }
    var bound = task.bind(Map.of("sigma", sigma));
    var x0 = uniform(320, random);
    float[] y = bound.simulate(uniform(320, random), random);
    double rho = 0.3 * Math.pow(norm(bound.adjoint(filled(sigma.length, 1))), 2) / sigma.length;

    float[] point = bound.proximal(x0, y, rho);

    var weights = new float[sigma.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) Math.pow(bound.noiseSigma() / sigma[i], 2);
    }
    float[] start = bound.adjoint(times(weights, minus(bound.measure(x0), y)));
    float[] gradient = bound.adjoint(times(weights, minus(bound.measure(point), y)));
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] += (float) (rho * (point[i] - x0[i]));
    }
    assertThat(norm(gradient)).isLessThan(2e-4 * norm(start));
    double squares = 0;
    for (int scan = 0; scan < 30; scan++) {
      squares += Math.pow(bound.residual(x0, bound.simulate(x0, random)), 2) / 30;
    }
    assertThat(squares).isCloseTo(1, within(0.1));
    assertThatThrownBy(() -> task.bind(Map.of("sigma", new float[sigma.length])))
        .hasMessage("sigma must hold standard deviations above 0, got 0.0");
  }

  /** What a record says of its attenuation changes what its images mean, not the physics. */
  @Test
  void shouldTakeTheScaleOfTheRecord() {
    var task = create(FAN, new ImageShape(16, 20, 1));
    var twice = task.bind(Map.of("attenuation", new float[] {0.1f}));
    var image = filled(320, 1);
    var half = filled(320, 0);

    assertThat(twice.measure(half)).containsExactly(task.measure(image), within(1e-5f));
    assertThat(twice.noiseSigma()).isCloseTo(task.noiseSigma(), within(1e-9));
    assertThat(Operators.fingerprint(twice)).isEqualTo(Operators.fingerprint(task));
    assertThatThrownBy(() -> task.bind(Map.of("attenuation", new float[] {-1})))
        .hasMessage("attenuation must be a number above 0, got -1.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'sourceToOrigin':10,'sourceToDetector':80,'binSize':1 | source must stand outside the image
          'sourceToOrigin':50,'sourceToDetector':80,'binSize':9e9 | less than a quarter of a turn
          'sourceToOrigin':50,'sourceToDetector':80,'binSize':9,'detector':'curved' | a quarter of
          'sourceToOrigin':50,'sourceToDetector':-1,'binSize':1 | sourceToDetector must be
          'sourceToOrigin':50,'sourceToDetector':80,'binSize':1,'detector':'round' | detector 'round'
          'sourceToOrigin':50,'sourceToDetector':80,'binSize':1,'angleRangeDegrees':0 | not 0, got
          """)
  void shouldRefuseScannersThatCannotBe(String fields, String message) {
    assertThatThrownBy(
            () ->
                create(
                    "{'kind':'ct-fan','views':9,'detectorBins':90,'pixelSize':1,"
                        + fields
                        + ",'noise':{'type':'gaussian','sigma':0.01}}",
                    new ImageShape(16, 20, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("operator ct-fan: ")
        .hasMessageContaining(message);
  }
}
