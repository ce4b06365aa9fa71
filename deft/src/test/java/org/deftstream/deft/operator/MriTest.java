package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.MRI_COILS;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.picture;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Psnr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MriTest {
  private static final int SIDE = 16;
  private static final ImageShape SHAPE = new ImageShape(SIDE, SIDE, 1);
  private static final float[] DISC =
      picture(SIDE, (x, y) -> (x - 0.2) * (x - 0.2) + y * y < 0.3, 0.6f);
  private static final String NOISE = "'noise':{'type':'gaussian','sigma':0.02}}";

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void shouldReturnTheImageOfAFullySampledScan(int coils) {
    var operator =
        create("{'kind':'mri-cartesian','acceleration':1,'coils':" + coils + "," + NOISE, SHAPE);

    assertThat(operator.measurementShape()).containsExactly(coils, SIDE, SIDE, 2);
    assertThat(operator.pseudoInverse(operator.measure(DISC))).containsExactly(DISC, within(1e-5f));
  }

  @Test
  void shouldNearlyReturnTheImageOfManySpokes() {
    var many = create("{'kind':'mri-radial','spokes':64,'samples':32," + NOISE, SHAPE);
    var few = create("{'kind':'mri-radial','spokes':6," + NOISE, SHAPE);

    double good = Psnr.of(many.pseudoInverse(many.measure(DISC)), DISC);

    assertThat(good).isGreaterThan(20);
    assertThat(Psnr.of(few.pseudoInverse(few.measure(DISC)), DISC)).isLessThan(good - 3);
  }

  @Test
  void shouldPutTheMeanInTheCentreOfKSpace() {
    var flat = new float[SIDE * SIDE];
    Arrays.fill(flat, 0.5f);

    var y = create("{'kind':'mri-radial','spokes':3," + NOISE, SHAPE).measure(flat);

    for (int spoke = 0; spoke < 3; spoke++) {
      assertThat(y[2 * (spoke * SIDE + SIDE / 2)]).isCloseTo(0.5f * SIDE, within(1e-4f));
    }
  }

  @Test
  void shouldTakeTheSensitivitiesOfTheRecord() {
    var operator = create(MRI_COILS, SHAPE);

    assertThat(operator.auxiliaryShapes().get("sensitivities")).containsExactly(4, SIDE, SIDE, 2);
    assertThatThrownBy(() -> operator.bind(Map.of("sensitivities", new float[9])))
        .hasMessage(
            "mri-cartesian needs the auxiliary input 'sensitivities' of 2048 values, got 9");
    assertThatThrownBy(() -> operator.bind(Map.of("sensitivites", new float[9])))
        .hasMessageContaining("did you mean 'sensitivities'?");
    assertThatThrownBy(() -> operator.measure(DISC)).isInstanceOf(IllegalStateException.class);
    var bound = operator.bind(operator.drawAuxiliary(new Random(1)));
    var dark = operator.bind(Map.of("sensitivities", new float[2048]));
    assertThat(bound.measure(DISC)[3]).isNotZero();
    assertThat(OperatorTestCases.norm(dark.measure(DISC))).isZero();
  }

  @Test
  void shouldSayWhatImagesItCannotScan() {
    assertThatThrownBy(
            () ->
                create(
                    "{'kind':'mri-cartesian','acceleration':2," + NOISE, new ImageShape(12, 16, 1)))
        .hasMessage(
            "operator mri-cartesian: images must have sides that are powers of two, got 12x16x1");
    assertThatThrownBy(
            () -> create("{'kind':'mri-radial','spokes':2," + NOISE, new ImageShape(16, 16, 3)))
        .hasMessage("operator mri-radial: images must have one channel, got 16x16x3");
  }
}
