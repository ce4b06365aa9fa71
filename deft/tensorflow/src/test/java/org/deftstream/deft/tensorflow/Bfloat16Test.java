package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Bfloat16Test {
  @Test
  void shouldDoAsTold() {
    assertThat(Bfloat16.TRUE.taken(1)).isTrue();
    assertThat(Bfloat16.FALSE.taken(1)).isFalse();
    assertThat(new SessionOptions(1, true).toProto())
        .isNotEqualTo(new SessionOptions(1, false).toProto());
  }

  /** Which of the two it is depends on the processor. */
  @Test
  void shouldMeasureOnceWhereItMayChoose() {
    boolean taken = Bfloat16.of("auto").taken(1);
    assertThat(Bfloat16.AUTO.taken(1)).isEqualTo(taken);
    assertThat(new SessionOptions(1, Bfloat16.AUTO, 1).toProto())
        .isEqualTo(new SessionOptions(1, taken).toProto());
  }
}
