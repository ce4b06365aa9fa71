package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.CT_20;
import static org.deftstream.deft.operator.OperatorTestCases.PHASE;
import static org.deftstream.deft.operator.OperatorTestCases.SR_4_BICUBIC;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.filled;
import static org.deftstream.deft.operator.OperatorTestCases.masked;
import static org.deftstream.deft.operator.OperatorTestCases.measurementSize;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeasurementRangeTest {
  private static final String CASES = "org.deftstream.deft.operator.OperatorTestCases#bound";

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldHoldWhateverAnImageMeasures(ForwardOperator operator) {
    var range = operator.measurementRange();
    double rounding = 1e-4;
    for (float[] image : extremes(operator.imageShape())) {
      for (float value : operator.measure(image)) {
        assertThat((double) value).isBetween(range.least() - rounding, range.most() + rounding);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldNeverRefuseAMeasurement(ForwardOperator operator) {
    for (float[] image : extremes(operator.imageShape())) {
      for (int seed = 0; seed < 5 && !isUnseen(operator, image); seed++) {
        operator.requireInRange(operator.simulate(image, new Random(seed)));
      }
    }
  }

  /** MRI cannot tell a record of nothing but noise from one in another scale, and refuses both. */
  private static boolean isUnseen(ForwardOperator operator, float[] image) {
    double energy = 0;
    for (float value : operator.measure(image)) {
      energy += (double) value * value;
    }
    return operator.kind().startsWith("mri-") && energy < 0.01 * image.length;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 5, 300})
  void shouldNeverRefuseFewPhotons(double photons) {
    var operator =
        create(
            "{'kind':'ct-parallel','views':9,'detectorBins':40,'noise':{'type':'poisson','photons':"
                + photons
                + "}}",
            new ImageShape(24, 24, 1));

    shouldNeverRefuseAMeasurement(operator);

    assertThat(operator.measurementRange().least()).isFinite();
    assertThat(operator.measurementRange().most()).isFinite();
  }

  @Test
  void shouldTakeARayThatMetalStopped() {
    var operator =
        create(
            "{'kind':'ct-parallel','views':9,'detectorBins':40,"
                + "'noise':{'type':'poisson','photons':1e6,'attenuation':2}}",
            new ImageShape(24, 24, 1));
    var y = operator.measure(filled(24 * 24, 1)); // The paths.
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) (2 * Math.log(1e6) / 2 - y[i]); // No photon is taken for one.
    }

    assertThatCode(() -> operator.requireInRange(y)).doesNotThrowAnyException();

    y[0] += 30;
    assertThatThrownBy(() -> operator.requireInRange(y)).hasMessageContaining("measurement holds");
  }

  @ParameterizedTest
  @MethodSource(CASES)
  void shouldRefuseAnotherUnitNamingBothSides(ForwardOperator operator) {
    var bytes = uniform(measurementSize(operator), new Random(1));
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Math.round(127.5f * (bytes[i] + 1));
    }
    if (operator instanceof ColumnSum) { // It does not say.
      operator.requireInRange(bytes);
      return;
    }

    assertThatThrownBy(() -> BoundMeasurement.of(operator, bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "measurement holds \\d.* to 2\\d\\d\\.0; "
                + operator.kind()
                + " measures -?\\d.* to \\d.* of images in \\[-1, 1].*");
  }

  @Test
  void shouldSayHowFarMeasurementsMayGo() {
    var operator = masked(new ImageShape(1, 3, 1), 1, 0, 1);

    assertThatThrownBy(() -> operator.requireInRange(new float[] {-0.5f, 0, 2.5f}))
        .hasMessage(
            "measurement holds -0.5000 to 2.500; inpainting measures -1.000 to 1.000 of images in"
                + " [-1, 1] (-2.200 to 2.200 with room for noise)");
    assertThatCode(() -> operator.requireInRange(new float[] {-0.5f, 99, 2.1f}))
        .as("what stands at a hidden pixel does not count")
        .doesNotThrowAnyException();
  }

  @Test
  void shouldBeReachedBySomeImage() {
    var ct = create(CT_20, new ImageShape(64, 64, 1));
    assertThat(largest(ct.measure(filled(64 * 64, 1))))
        .isCloseTo(ct.measurementRange().most(), within(1e-5))
        .isBetween(2.0, 2 * Math.sqrt(2) + 0.1);
    assertThat(ct.measurementRange().least()).isEqualTo(-ct.measurementRange().most());

    var phase = create(PHASE, new ImageShape(16, 16, 1));
    assertThat(largest(phase.measure(filled(256, 1))))
        .isCloseTo(phase.measurementRange().most(), within(1e-4));
    assertThat(phase.measurementRange().least()).isZero();

    var mri =
        create(
            "{'kind':'mri-cartesian','acceleration':2,'noise':{'type':'gaussian',"
                + "'sigma':0.1}}",
            new ImageShape(16, 32, 1));
    assertThat(largest(mri.measure(filled(512, 1))))
        .isCloseTo(mri.measurementRange().most(), within(1e-4))
        .isCloseTo(Math.sqrt(512), within(1e-4));

    var bicubic = create(SR_4_BICUBIC, new ImageShape(32, 32, 1));
    var row = new float[1024]; // The signs of the weights that make one value.
    var point = new float[64];
    point[27] = 1;
    var weights = bicubic.adjoint(point);
    for (int i = 0; i < row.length; i++) {
      row[i] = Math.signum(weights[i]);
    }
    assertThat(largest(bicubic.measure(row)))
        .isGreaterThan(1.1)
        .isCloseTo(bicubic.measurementRange().most(), within(0.02));
  }

  private static double largest(float[] values) {
    float most = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      most = Math.max(most, value);
    }
    return most;
  }

  /** Black, white, a checkerboard, halves and noise of black and white. */
  private static List<float[]> extremes(ImageShape shape) {
    var images = new ArrayList<float[]>();
    images.add(filled(shape.size(), -1));
    images.add(filled(shape.size(), 1));
    var board = filled(shape.size(), 1);
    var half = filled(shape.size(), 1);
    for (int i = 0; i < board.length; i++) {
      int pixel = i / shape.channels();
      board[i] = (pixel / shape.width() + pixel % shape.width()) % 2 == 0 ? 1 : -1;
      half[i] = pixel % shape.width() < shape.width() / 2 ? 1 : -1;
    }
    images.add(board);
    images.add(half);
    var noise = uniform(shape.size(), new Random(2));
    for (int i = 0; i < noise.length; i++) {
      noise[i] = Math.signum(noise[i]);
    }
    images.add(noise);
    return images;
  }
}
