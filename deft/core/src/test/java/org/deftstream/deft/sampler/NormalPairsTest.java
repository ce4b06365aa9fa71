package org.deftstream.deft.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NormalPairsTest {
  private static final double UNIT = 0x1p-32;

  /** The definition, in the functions that Java promises the bits of. */
  private static float[] defined(int first, int second) {
    double u = (Integer.toUnsignedLong(first) + 0.5) * UNIT;
    double radius = StrictMath.sqrt(-2 * StrictMath.log(u));
    double angle = 2 * Math.PI * UNIT * Integer.toUnsignedLong(second);
    return new float[] {
      (float) (radius * StrictMath.cos(angle)), (float) (radius * StrictMath.sin(angle))
    };
  }

  @Test
  void shouldBeTheNumbersOfStrictMath() {
    var random = new SplittableRandom(1);
    var pair = new float[2];
    for (int i = 0; i < 2_000_000; i++) {
      int first = random.nextInt();
      int second = random.nextInt();
      NormalPairs.write(pair, 0, first, second);
      assertEqual(pair, first, second);
    }
  }

  @Test
  void shouldBeThemAtTheEndsOfEveryQuarterToo() {
    var pair = new float[2];
    for (int first : new int[] {0, 1, -1, -2, 1 << 31, 0x6a09e667, 0xb504f333}) {
      for (int eighth = 0; eighth < 8; eighth++) {
        for (int beside = -3; beside <= 3; beside++) {
          int second = (eighth << 29) + beside;
          NormalPairs.write(pair, 0, first, second);
          assertEqual(pair, first, second);
        }
      }
    }
  }

  private static void assertEqual(float[] pair, int first, int second) {
    var wanted = defined(first, second);
    for (int i = 0; i < 2; i++) {
      // A double may round to either neighbour where it lies in the middle of two floats.
      if (Float.floatToIntBits(pair[i]) != Float.floatToIntBits(wanted[i])) {
        assertThat((double) pair[i])
            .as("%x, %x", first, second)
            .isCloseTo(wanted[i], within((double) Math.ulp(wanted[i])));
      }
    }
  }

  @Test
  void shouldLeaveTheSecondOutWhereThereIsNoRoom() {
    var one = new float[1];
    NormalPairs.write(one, 0, 17, 4711);
    assertThat(one[0]).isEqualTo(defined(17, 4711)[0]);
  }
}
