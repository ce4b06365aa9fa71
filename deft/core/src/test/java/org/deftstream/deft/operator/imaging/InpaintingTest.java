package org.deftstream.deft.operator.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.INPAINTING;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.masked;

import java.util.Map;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InpaintingTest {
  private static final ImageShape SHAPE = new ImageShape(1, 3, 1);

  @Test
  void shouldKeepOnlyWhatTheMaskShows() {
    var operator = masked(SHAPE, 1, 0, 1);
    float[] y = {0.5f, 99, -0.5f};

    assertThat(operator.measure(new float[] {0.1f, 0.2f, 0.3f})).containsExactly(0.1f, 0, 0.3f);
    assertThat(operator.likelihoodGradient(new float[] {0.25f, 7, 0.5f}, y))
        .containsExactly(0.25f, 0, -1);
    assertThat(operator.conditioning(y)).containsExactly(0.5f, 1, 0, 0, -0.5f, 1);
    assertThat(operator.proximal(new float[] {-0.5f, 0.2f, 0.5f}, y, 1))
        .containsExactly(new float[] {0, 0.2f, 0}, within(1e-7f));
    assertThat(operator.residual(new float[] {0.5f + 0.02f, 0, -0.5f - 0.02f}, y))
        .as("two measured values, both one sigma away; the hidden one does not count")
        .isCloseTo(1, within(1e-5));
  }

  @Test
  void shouldApplyOneMaskToAllChannels() {
    var operator = masked(new ImageShape(1, 2, 2), 0, 1);

    assertThat(operator.measure(new float[] {1, 2, 3, 4})).containsExactly(0, 0, 3, 4);
    assertThat(operator.conditioning(new float[] {1, 2, 3, 4})).containsExactly(0, 0, 0, 3, 4, 1);
    assertThat(operator.simulate(new float[] {1, 2, 3, 4}, new Random(1))).startsWith(0, 0);
  }

  @Test
  void shouldRefuseInvalidMasksInOneClearLine() {
    var operator = create(INPAINTING, SHAPE);

    assertThatThrownBy(() -> operator.bind(Map.of()))
        .hasMessage("inpainting needs the auxiliary input 'mask' of 1x3");
    assertThatThrownBy(() -> operator.bind(Map.of("mask", new float[] {1, 0})))
        .hasMessage("mask must have 1x3 values, got 2");
    assertThatThrownBy(() -> operator.bind(Map.of("mask", new float[] {1, 0, 0.5f})))
        .hasMessage("mask must hold only 0 (hidden) and 1 (measured), got 0.5 at row 0, column 2");
    assertThatThrownBy(() -> operator.bind(Map.of("mask", new float[] {1, Float.NaN, 0})))
        .hasMessageContaining("got NaN at row 0, column 1");
    assertThatThrownBy(() -> operator.bind(Map.of("mask", new float[3])))
        .hasMessage("mask hides every pixel; at least one 1 is needed");
    assertThatThrownBy(() -> operator.bind(Map.of("masc", new float[3])))
        .hasMessage("unknown auxiliary input 'masc'; did you mean 'mask'? Known: mask");
    assertThatThrownBy(() -> operator.measure(new float[3]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bind");
  }

  @Test
  void shouldNotNoticeWhenTheCallersMaskChanges() {
    float[] mask = {1, 0, 1};
    var operator = create(INPAINTING, SHAPE).bind(Map.of("mask", mask));

    mask[0] = 0;

    assertThat(operator.measure(new float[] {5, 6, 7})).containsExactly(5, 0, 7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"free-form", "box", "random"})
  void shouldDrawMasksWithTheStatedPartHidden(String type) {
    var shape = new ImageShape(32, 24, 1);
    var operator =
        create(
            "{'kind':'inpainting','mask':{'type':'"
                + type
                + "','leastHidden':0.2,'mostHidden':0.6},'noise':{'type':'gaussian','sigma':0.1}}",
            shape);
    var random = new Random(5);
    double least = 1;
    double most = 0;
    for (int i = 0; i < 200; i++) {
      var auxiliary = operator.drawAuxiliary(random);
      operator.bind(auxiliary);
      double hidden = 0;
      for (float value : auxiliary.get("mask")) {
        hidden += 1 - value;
      }
      least = Math.min(least, hidden / (32 * 24));
      most = Math.max(most, hidden / (32 * 24));
    }

    // A box has whole sides, so it misses the drawn part by up to half a row.
    assertThat(least).isBetween(0.18, 0.25);
    assertThat(most).isBetween(0.55, 0.62);
  }
}
