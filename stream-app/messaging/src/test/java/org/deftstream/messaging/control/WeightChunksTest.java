package org.deftstream.messaging.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterWeightsChunk;
import org.junit.jupiter.api.Test;

class WeightChunksTest {
  private static final byte[] FILE = {1, 2, 3, 4, 5, 6, 7};
  private static final String SHA256 = AdapterVerifier.sha256(FILE);

  private static AdapterRef ref(long bytes, int chunks) {
    return new AdapterRef("a-1", "{}", SHA256, bytes, chunks, null);
  }

  private static AdapterWeightsChunk chunk(int index, int count, int... bytes) {
    var data = ByteBuffer.allocate(bytes.length);
    for (int value : bytes) {
      data.put((byte) value);
    }
    return new AdapterWeightsChunk(SHA256, index, count, data.flip());
  }

  private static void assertRefused(ThrowingCallable call, String reason) {
    assertThatThrownBy(call)
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageContaining("adapter a-1 ")
        .hasMessageContaining(reason);
  }

  @Test
  void shouldJoinChunksInAnyOrderAndIgnoreRepetition() {
    var chunks = new WeightChunks(ref(7, 3), 100);

    chunks.add(2, chunk(2, 3, 7));
    assertThat(chunks.missing()).containsExactly(0, 1);
    chunks.add(0, chunk(0, 3, 1, 2, 3));
    chunks.add(0, chunk(0, 3, 1, 2, 3));
    chunks.add(1, chunk(1, 3, 4, 5, 6));

    assertThat(chunks.missing()).isEmpty();
    assertThat(chunks.join()).isEqualTo(FILE);
  }

  @Test
  void shouldRefuseReferencesThatCannotBeRight() {
    assertRefused(() -> new WeightChunks(ref(0, 1), 100), "announces 0 bytes");
    assertRefused(() -> new WeightChunks(ref(101, 1), 100), "announces 101 bytes of weights; 1 to");
    assertRefused(() -> new WeightChunks(ref(Long.MAX_VALUE, 1), 100), "are accepted");
    assertRefused(() -> new WeightChunks(ref(7, 0), 100), "announces 0 chunks");
    assertRefused(() -> new WeightChunks(ref(7, 8), 100), "announces 8 chunks for 7 bytes");
    assertRefused(() -> new WeightChunks(ref(1 << 20, 70_000), 1 << 20), "announces 70000 chunks");
  }

  @Test
  void shouldRefuseAChunkThatContradictsItsKey() {
    var chunks = new WeightChunks(ref(7, 3), 100);

    assertRefused(() -> chunks.add(0, chunk(1, 3, 4, 5, 6)), "calls itself " + SHA256 + "/1");
    var foreign = new AdapterWeightsChunk("ff", 0, 3, ByteBuffer.allocate(1));
    assertRefused(() -> chunks.add(0, foreign), "calls itself ff/0");
  }

  @Test
  void shouldRefuseAChunkOutOfRange() {
    var chunks = new WeightChunks(ref(7, 3), 100);

    assertRefused(() -> chunks.add(3, chunk(3, 3, 1)), "chunk 3 of 3");
    assertRefused(() -> chunks.add(-1, chunk(-1, 3, 1)), "chunk -1 of 3");
    assertRefused(
        () -> chunks.add(0, chunk(0, 4, 1)), "chunk 0 of 4; the control record announces 3");
  }

  @Test
  void shouldRefuseMoreBytesThanAnnounced() {
    var chunks = new WeightChunks(ref(7, 2), 100);
    chunks.add(0, chunk(0, 2, 1, 2, 3, 4));

    assertRefused(() -> chunks.add(1, chunk(1, 2, 5, 6, 7, 8)), "more than the 7 bytes");
  }

  @Test
  void shouldRefuseFewerBytesOrAnotherChecksum() {
    var fewer = new WeightChunks(ref(7, 1), 100);
    fewer.add(0, chunk(0, 1, 1, 2, 3));
    assertRefused(fewer::join, "has chunks of 3 bytes; the control record announces 7");

    var other = new WeightChunks(ref(7, 1), 100);
    other.add(0, chunk(0, 1, 1, 2, 3, 4, 5, 6, 9));
    assertRefused(other::join, SHA256);
  }
}
