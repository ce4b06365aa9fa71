package org.deftstream.service.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class LedgerCodecTest {
  @RepeatedTest(20)
  void shouldReadWhatItWrote(RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    var entries = new ArrayList<LedgerEntry>();
    long offset = random.nextInt(3) * (1L << 40);
    for (int i = 0; i < random.nextInt(200); i++) {
      offset += 1 + (random.nextInt(4) == 0 ? random.nextInt(1000) : 0);
      entries.add(
          switch (random.nextInt(7)) {
            case 0 -> new LedgerEntry(offset, random.nextInt(256), random.nextInt(256), 0);
            case 1 -> LedgerEntry.passedOver(offset, offset + 1 + random.nextInt(1000));
            default -> LedgerEntry.fresh(offset);
          });
      offset = entries.get(i).next() - 1;
    }
    var state = new LedgerState(UUID.randomUUID(), random.nextLong(), offset + 1, entries);
    assertThat(LedgerCodec.decode(LedgerCodec.encode(state))).isEqualTo(state);
  }

  @Test
  void shouldTakeFewBytesForManyNeighbours() {
    var entries = new ArrayList<LedgerEntry>();
    for (int i = 0; i < 10_000; i++) {
      entries.add(LedgerEntry.fresh(5_000_000 + i));
    }
    var state = new LedgerState(new UUID(1, 2), 3, 6_000_000, entries);
    assertThat(LedgerCodec.encode(state)).hasSizeLessThan(48);
  }

  @Test
  void shouldTakeFewBytesForManyOffsetsThatWerePassedOver() {
    var entries = List.of(LedgerEntry.passedOver(5, 5_000_000_000L));
    var state = new LedgerState(new UUID(1, 2), 3, 6_000_000_000L, entries);
    assertThat(LedgerCodec.encode(state)).hasSizeLessThan(48);
    assertThat(LedgerCodec.decode(LedgerCodec.encode(state))).isEqualTo(state);
  }

  @Test
  void shouldRefuseANewerFormat() {
    byte[] bytes = LedgerCodec.encode(new LedgerState(new UUID(1, 2), 3, 0, List.of()));
    bytes[0] = 2;
    assertThatThrownBy(() -> LedgerCodec.decode(bytes)).hasMessageContaining("format 2");
  }
}
