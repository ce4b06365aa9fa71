package org.deftstream.service.ledger;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.UUID;

/**
 * Packs a {@link LedgerState} into bytes: version, source, owner, tail, and the entries as runs of
 * consecutive offsets with equal counts, numbers as varints (seven bits in a byte, lowest first). A
 * thousand neighbouring records take four bytes, a lone one three; offsets that were passed over
 * are a run of their own.
 */
final class LedgerCodec {
  private static final byte VERSION = 1;
  private static final int FIXED_BYTES = 1 + 3 * Long.BYTES;
  private static final int MAX_VARINT_BYTES = 9;

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
      run.length += entry.next() - entry.offset();
    }
    var buffer = ByteBuffer.allocate(FIXED_BYTES + (2 + 3 * runs.size()) * MAX_VARINT_BYTES);
    buffer.put(VERSION);
    buffer.putLong(source.getMostSignificantBits());
    buffer.putLong(source.getLeastSignificantBits());
    buffer.putLong(owner);
    writeVarint(tail, buffer);
    writeVarint(runs.size(), buffer);
    long next = 0;
    for (Run each : runs) {
      writeVarint(each.first - next, buffer);
      writeVarint(each.length, buffer);
      writeVarint(each.counts, buffer);
      next = each.first + each.length;
    }
    var bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  /**
   * Unpacks.
   *
   * @throws BrokenServiceException if the bytes were written by a newer version
   */
  static LedgerState decode(byte[] bytes) {
    var buffer = ByteBuffer.wrap(bytes);
    byte version = buffer.get();
    if (version != VERSION) {
      throw new BrokenServiceException(
          "the ledger was written in format %d, but this version reads format %d; start the version that wrote it"
              .formatted(version, VERSION),
          null);
    }
    var source = new UUID(buffer.getLong(), buffer.getLong());
    long owner = buffer.getLong();
    long tail = readVarint(buffer);
    long runs = readVarint(buffer);
    var entries = new ArrayList<LedgerEntry>();
    long offset = 0;
    for (int i = 0; i < runs; i++) {
      offset += readVarint(buffer);
      long length = readVarint(buffer);
      int counts = (int) readVarint(buffer);
      long step = LedgerEntry.isGap(counts) ? length : 1;
      for (long end = offset + length; offset < end; offset += step) {
        entries.add(LedgerEntry.of(offset, counts, length));
      }
    }
    return new LedgerState(source, owner, tail, entries);
  }

  /** Nothing here is negative. */
  private static void writeVarint(long value, ByteBuffer buffer) {
    long rest = value;
    while (rest > 0x7f) {
      buffer.put((byte) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    buffer.put((byte) rest);
  }

  private static long readVarint(ByteBuffer buffer) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = buffer.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static final class Run {
    private final long first;
    private final int counts;
    private long length;

    private Run(long first, int counts) {
      this.first = first;
      this.counts = counts;
    }

    private boolean takes(LedgerEntry entry) {
      return entry.offset() == first + length && entry.counts() == counts && !entry.isGap();
    }
  }
}
