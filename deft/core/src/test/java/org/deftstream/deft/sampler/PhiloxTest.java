package org.deftstream.deft.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhiloxTest {
  /** The known answers that Random123 publishes (kat_vectors, philox4x32 with 10 rounds). */
  @ParameterizedTest
  @CsvSource({
    "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
    "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"
  })
  void shouldGiveThePublishedAnswers(String counter, String key, String expected) {
    int[] block = words(counter);

    Philox.encrypt(block, words(key)[0], words(key)[1]);

    assertThat(
            Arrays.stream(block)
                .mapToObj(word -> String.format("%08x", word))
                .collect(Collectors.joining(" ")))
        .isEqualTo(expected);
  }

  private static int[] words(String text) {
    return Arrays.stream(text.split(" "))
        .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
        .toArray();
  }
}
