package org.deftstream.deft.operator.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.SR_2_BICUBIC;
import static org.deftstream.deft.operator.OperatorTestCases.SR_4;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.minus;
import static org.deftstream.deft.operator.OperatorTestCases.norm;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.Arrays;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.OperatorTestCases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SuperResolutionTest {
  private static final ImageShape SHAPE = new ImageShape(16, 16, 1);

  @Test
  void shouldAverageBlocks() {
    var operator = create(SR_4, new ImageShape(4, 8, 1));
    var image = new float[32];
    for (int i = 0; i < 32; i++) {
      image[i] = i % 8 < 4 ? i / 8 : 0.5f; // Rows 0 to 3 on the left, 1/2 on the right.
    }

    assertThat(operator.measurementShape()).containsExactly(1, 2, 1);
    assertThat(operator.measure(image)).containsExactly(new float[] {1.5f, 0.5f}, within(1e-6f));
  }

  @Test
  void shouldHaveSingularValuesOfOneOverTheFactor() {
    var values = create(SR_4, SHAPE).spectralForm().orElseThrow().singularValues();

    int rank = 0;
    for (float value : values) {
      if (value != 0) {
        assertThat(value).isCloseTo(0.25f, within(1e-6f));
        rank++;
      }
    }
    assertThat(rank).isEqualTo(16);
  }

  @Test
  void shouldRepeatEachValueInThePseudoInverse() {
    var operator = create(SR_4, SHAPE);
    var x0 = uniform(256, new Random(1));
    var y = uniform(16, new Random(2));

    var gradient = operator.likelihoodGradient(x0, y);
    var expected = operator.adjoint(minus(y, operator.measure(x0)));
    for (int i = 0; i < expected.length; i++) {
      expected[i] *= 16; // r^2
    }

    assertThat(gradient).containsExactly(expected, within(1e-5f));
  }

  @ParameterizedTest
  @ValueSource(strings = {SR_4, SR_2_BICUBIC})
  void shouldExplainTheMeasurementByThePseudoInverse(String spec) {
    var operator = create(spec, SHAPE);
    var y = uniform(OperatorTestCases.measurementSize(operator), new Random(3));

    var explained = operator.measure(operator.pseudoInverse(y));

    assertThat(norm(minus(explained, y))).isLessThan(1e-4 * norm(y));
  }

  @Test
  void shouldKeepConstantsAndNearlyRampsInBicubicInterpolation() {
    var operator = create(SR_2_BICUBIC, SHAPE);
    var constant = new float[256];
    Arrays.fill(constant, 0.3f);
    var ramp = new float[256];
    for (int i = 0; i < 256; i++) {
      ramp[i] = (i % 16) / 16f;
    }

    var small = operator.measure(ramp);

    for (float value : operator.measure(constant)) {
      assertThat(value).isCloseTo(0.3f, within(1e-6f));
    }
    for (int x = 2; x < 6; x++) { // Away from the mirrored border.
      assertThat(small[3 * 8 + x]).isCloseTo((2 * x + 0.5f) / 16, within(1e-5f));
    }
  }
}
