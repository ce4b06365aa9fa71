package org.deftstream.deft.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class NumericArrayTest {
  @Test
  void shouldAverageOverBlocksOfTheFirstAxes() {
    var array = NumericArray.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2, 3, 2);

    assertThat(array.averaged(2))
        .isEqualTo(NumericArray.of(new float[] {4, 5, 6, 7, 8, 9}, 1, 3, 2));
    assertThat(array.averaged(1, 3).values()).containsExactly(3, 4, 9, 10);
    assertThat(array.averaged(2, 1, 2).values()).containsExactly(4.5f, 6.5f, 8.5f);
    assertThat(array.averaged()).isEqualTo(array);
  }

  @Test
  void shouldAverageComplexNumbers() {
    var array = new NumericArray(new float[] {1, 10, 3, 30, 5, 50, 7, 70}, true, new int[] {4});

    assertThat(array.averaged(2))
        .isEqualTo(new NumericArray(new float[] {2, 20, 6, 60}, true, new int[] {2}));
  }

  @Test
  void shouldTakeAPolynomialOfEachValue() {
    var array = NumericArray.of(new float[] {-1, 0, 2}, 3);

    assertThat(array.polynomial(3, 0, 0.5))
        .isEqualTo(NumericArray.of(new float[] {-3.5f, 0, 10}, 3));
    assertThat(Sample.of(array).polynomial()).isEqualTo(Sample.of(array));
  }

  @Test
  void shouldRefuseBlocksThatDoNotFit() {
    var array = NumericArray.of(new float[12], 3, 4);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> array.averaged(1, 3))
        .withMessage("an array of 3 x 4 is no whole number of blocks of 1 x 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> array.averaged(1, 1, 1))
        .withMessage("an array of 3 x 4 is no whole number of blocks of 1 x 1 x 1");
  }
}
