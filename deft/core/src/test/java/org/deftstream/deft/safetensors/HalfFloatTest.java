package org.deftstream.deft.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfFloatTest {
  @ParameterizedTest
  @CsvSource({
    "0.0, 0000",
    "-0.0, 8000",
    "1.0, 3c00",
    "-2.0, c000",
    "65504.0, 7bff",
    "65520.0, 7c00",
    "6.1035156E-5, 0400",
    "5.9604645E-8, 0001",
    "0.33333334, 3555",
    "1.0004883, 3c00",
    "1.0014648, 3c02",
    "Infinity, 7c00",
    "-Infinity, fc00",
  })
  void shouldRoundToTheNearestEven(float value, String half) {
    assertThat(HalfFloat.fromFloat(value)).isEqualTo((short) Integer.parseInt(half, 16));
  }

  @Test
  void shouldGiveBackEveryHalf() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = HalfFloat.toFloat((short) bits);
      if (!Float.isNaN(value)) {
        assertThat(HalfFloat.fromFloat(value)).as("%04x", bits).isEqualTo((short) bits);
      }
    }
    assertThat(HalfFloat.toFloat(HalfFloat.fromFloat(Float.NaN))).isNaN();
  }
}
