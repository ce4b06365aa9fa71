package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BatchSizesTest {

  @Test
  void shouldBePowersOfTwoUpToTheLimitAndTheLimit() {
    assertThat(BatchSizes.upTo(1).values()).containsExactly(1);
    assertThat(BatchSizes.upTo(8).values()).containsExactly(1, 2, 4, 8);
    assertThat(BatchSizes.upTo(24).values()).containsExactly(1, 2, 4, 8, 16, 24);
  }

  @Test
  void shouldPadToTheNextAllowedSize() {
    var sizes = BatchSizes.upTo(24);
    assertThat(sizes.padded(1)).isEqualTo(1);
    assertThat(sizes.padded(3)).isEqualTo(4);
    assertThat(sizes.padded(16)).isEqualTo(16);
    assertThat(sizes.padded(17)).isEqualTo(24);
    assertThatThrownBy(() -> sizes.padded(25)).hasMessageContaining("from 1 to 24, got 25");
    assertThatThrownBy(() -> sizes.padded(0)).hasMessageContaining("got 0");
  }

  @Test
  void shouldShrink() {
    assertThat(BatchSizes.upTo(8).below(8).values()).containsExactly(1, 2, 4);
    assertThat(BatchSizes.upTo(24).below(4).largest()).isEqualTo(2);
    assertThatThrownBy(() -> BatchSizes.upTo(8).below(1)).hasMessageContaining("below 1");
  }
}
