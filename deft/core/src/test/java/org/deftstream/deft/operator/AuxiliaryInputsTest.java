package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;

class AuxiliaryInputsTest {
  private final ForwardOperator mri =
      OperatorTestCases.create(OperatorTestCases.MRI, new ImageShape(4, 8, 1));

  private Map<String, float[]> read(Map<String, float[]> given) {
    return AuxiliaryInputs.read(
        mri,
        given,
        (name, value, shapes) -> {
          assertThat(name).isEqualTo("mask");
          assertThat(shapes.stream().map(Arrays::toString)).containsExactly("[4, 8]", "[8]");
          return value;
        });
  }

  @Test
  void shouldLeaveOutWhatIsOptional() {
    assertThat(read(Map.of())).isEmpty();
  }

  @Test
  void shouldRepeatARowAlongTheAxesThatAreLeftOut() {
    float[] row = {1, 0, 0, 1, 1, 0, 1, 0};
    var mask = read(Map.of("mask", row)).get("mask");
    assertThat(mask).hasSize(32);
    for (int i = 0; i < 32; i++) {
      assertThat(mask[i]).isEqualTo(row[i % 8]);
    }
    float[] whole = mask.clone();
    assertThat(read(Map.of("mask", whole)).get("mask")).isEqualTo(whole);
  }

  @Test
  void shouldNameTheInputThatWasProbablyMeant() {
    assertThatThrownBy(() -> read(Map.of("msak", new float[8])))
        .hasMessage("auxiliary input 'msak' is not taken; did you mean 'mask'? Known: mask, sigma");
  }
}
