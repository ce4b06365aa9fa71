package org.deftstream.stream.ledger;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.UUID;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Packs a {@link LedgerState} into bytes: version, source, owner, tail, and the entries as runs of
 * consecutive offsets with equal counts, numbers as varints. A thousand neighbouring records take
 * four bytes, a lone one three.
 */
final class LedgerCodec {
  private static final byte VERSION = 1;
  private static final int FIXED_BYTES = 1 + 3 * Long.BYTES;
  private static final int MAX_RUN_BYTES = 10 + 5 + 5;

  private LedgerCodec() {}

  static byte[] encode(LedgerState state) {
    return encode(state.source(), state.owner(), state.tail(), state.entries());
  }

  /** Packs without making a state first: this runs for every record. */
  static byte[] encode(UUID source, long owner, long tail, Collection<LedgerEntry> entries) {
    var runs = new ArrayList<Run>();
    Run run = null;
    for (LedgerEntry entry : entries) {
      if (run == null || !run.takes(entry)) {
        run = new Run(entry.offset(), entry.counts());
        runs.add(run);
      }
      run.length++;
    }
    var buffer = ByteBuffer.allocate(FIXED_BYTES + 10 + 5 + runs.size() * MAX_RUN_BYTES);
    buffer.put(VERSION);
    buffer.putLong(source.getMostSignificantBits());
    buffer.putLong(source.getLeastSignificantBits());
    buffer.putLong(owner);
    ByteUtils.writeVarlong(tail, buffer);
    ByteUtils.writeUnsignedVarint(runs.size(), buffer);
    long next = 0;
    for (Run each : runs) {
      ByteUtils.writeVarlong(each.first - next, buffer);
      ByteUtils.writeUnsignedVarint(each.length, buffer);
      ByteUtils.writeUnsignedVarint(each.counts, buffer);
      next = each.first + each.length;
    }
    var bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  /**
   * Unpacks.
   *
   * @throws IllegalStateException if the bytes were written by a newer version
   */
  static LedgerState decode(byte[] bytes) {
    var buffer = ByteBuffer.wrap(bytes);
    byte version = buffer.get();
    if (version != VERSION) {
      throw new IllegalStateException(
          "the ledger was written in format "
              + version
              + ", but this version reads format "
              + VERSION);
    }
    var source = new UUID(buffer.getLong(), buffer.getLong());
    long owner = buffer.getLong();
    long tail = ByteUtils.readVarlong(buffer);
    int runs = ByteUtils.readUnsignedVarint(buffer);
    var entries = new ArrayList<LedgerEntry>();
    long offset = 0;
    for (int i = 0; i < runs; i++) {
      offset += ByteUtils.readVarlong(buffer);
      int length = ByteUtils.readUnsignedVarint(buffer);
      int counts = ByteUtils.readUnsignedVarint(buffer);
      for (int j = 0; j < length; j++) {
        entries.add(LedgerEntry.of(offset++, counts));
      }
    }
    return new LedgerState(source, owner, tail, entries);
  }

  private static final class Run {
    private final long first;
    private final int counts;
    private int length;

    private Run(long first, int counts) {
      this.first = first;
      this.counts = counts;
    }

    private boolean takes(LedgerEntry entry) {
      return entry.offset() == first + length && entry.counts() == counts;
    }
  }
}
