package org.deftstream.deft.tensorflow.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import org.deftstream.deft.UserError;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;

/**
 * The variables of a SavedModel: {@code variables.index} and its data files. Read as data: sizes
 * are compared with the files before memory is taken, and sums of checks afterwards. Closed by
 * whoever opened it; weights can be read until then. Not thread-safe.
 */
final class TensorBundle implements AutoCloseable {
  private static final int MOST_FILES = 1000;
  private static final int MOST_SIDES = 8;
  private static final int PIECE = 1 << 16;

  private final Path prefix;
  private final Map<String, ByteBuffer> entries;
  private final int files;
  private final Map<Integer, FileChannel> open = new LinkedHashMap<>();

  private TensorBundle(Path prefix, Map<String, ByteBuffer> entries, int files) {
    this.prefix = prefix;
    this.entries = entries;
    this.files = files;
  }

  /**
   * Reads the index.
   *
   * @param prefix the files' path without {@code .index}
   * @throws UserError if it is not sound; one line that names it
   */
  static TensorBundle open(Path prefix) {
    Path index = Path.of(prefix + ".index");
    try {
      var entries = SortedTable.read(SmallFiles.read(index));
      var first = entries.remove("");
      if (first == null) {
        throw new IllegalArgumentException("it has no header");
      }
      var header = BundleHeaderProto.parseFrom(first);
      if (header.getEndianness() != BundleHeaderProto.Endianness.LITTLE) {
        throw new IllegalArgumentException("its numbers are big-endian");
      }
      if (header.getNumShards() < 1 || header.getNumShards() > MOST_FILES) {
        throw new IllegalArgumentException(
            "it has " + header.getNumShards() + " files; from 1 to " + MOST_FILES + " are read");
      }
      return new TensorBundle(prefix, entries, header.getNumShards());
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      throw new UserError(index + ": " + e.getMessage(), e);
    }
  }

  /**
   * A variable.
   *
   * @throws IllegalArgumentException if there is none of that key, or it is not sound
   */
  TensorSource tensor(String key) {
    var bytes = entries.get(key);
    if (bytes == null) {
      throw new IllegalArgumentException("its variables have none called " + Names.shown(key));
    }
    BundleEntryProto entry;
    try {
      entry = BundleEntryProto.parseFrom(bytes.duplicate());
    } catch (InvalidProtocolBufferException e) {
      throw unsound(key, "has an entry that is damaged");
    }
    if (entry.getDtype() != DataType.DT_FLOAT || entry.getSlicesCount() > 0) {
      throw unsound(
          key,
          entry.getSlicesCount() > 0
              ? "lies in slices"
              : "is " + Names.shown(entry.getDtype().name()) + "; DT_FLOAT is understood");
    }
    int[] shape = shape(key, entry);
    long values = FloatTensor.sizeOf(shape);
    if (entry.getSize() != values * Float.BYTES || entry.getOffset() < 0) {
      throw unsound(key, "has " + entry.getSize() + " bytes for " + values + " values");
    }
    if (entry.getShardId() < 0 || entry.getShardId() >= files) {
      throw unsound(key, "lies in file " + entry.getShardId() + " of " + files);
    }
    try {
      var channel = channel(entry.getShardId());
      if (entry.getOffset() > channel.size() - entry.getSize()) {
        throw unsound(key, "ends beyond its file, which was cut");
      }
      return new Stored(key, shape, channel, entry.getOffset(), entry.getCrc32C());
    } catch (IOException e) {
      throw new UserError(
          "cannot read " + data(entry.getShardId()) + ": " + FileProblem.reason(e), e);
    }
  }

  private static int[] shape(String key, BundleEntryProto entry) {
    var sides = entry.getShape().getDimList();
    long values = 1;
    for (var side : sides) {
      if (side.getSize() < 1 || side.getSize() > Integer.MAX_VALUE || sides.size() > MOST_SIDES) {
        throw unsound(key, "has a shape that no weight has");
      }
      values = Math.multiplyHigh(values, side.getSize()) == 0 ? values * side.getSize() : -1;
      if (values < 0 || values > Integer.MAX_VALUE - 8) {
        throw unsound(key, "has more values than fit");
      }
    }
    return sides.stream().mapToInt(side -> (int) side.getSize()).toArray();
  }

  private static IllegalArgumentException unsound(String key, String reason) {
    return new IllegalArgumentException("variable " + Names.shown(key) + " " + reason);
  }

  private Path data(int file) {
    return Path.of(prefix + String.format(Locale.ROOT, ".data-%05d-of-%05d", file, files));
  }

  private FileChannel channel(int file) throws IOException {
    var channel = open.get(file);
    if (channel == null) {
      if (!Files.isRegularFile(data(file))) {
        throw new UserError(data(file) + " is missing");
      }
      channel = FileChannel.open(data(file));
      open.put(file, channel);
    }
    return channel;
  }

  private record Stored(String key, int[] shape, FileChannel channel, long from, int sum)
      implements TensorSource {
    @Override
    public FloatTensor read() {
      var values = new float[(int) FloatTensor.sizeOf(shape)];
      var piece = ByteBuffer.allocate(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      var crc = new CRC32C();
      try {
        for (int done = 0; done < values.length; ) {
          int count = Math.min(PIECE, values.length - done);
          piece.clear().limit(count * Float.BYTES);
          while (piece.hasRemaining()) {
            if (channel.read(piece, from + (long) done * Float.BYTES + piece.position()) < 0) {
              throw new EOFException("it became shorter while it was read");
            }
          }
          crc.update(piece.flip());
          piece.rewind().asFloatBuffer().get(values, done, count);
          done += count;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (SortedTable.masked(crc) != sum) {
        throw new UserError(unsound(key, "is damaged: its sum is another").getMessage());
      }
      return new FloatTensor(shape, values);
    }
  }

  @Override
  public void close() {
    for (var channel : open.values()) {
      try {
        channel.close();
      } catch (IOException e) {
        // Only read from: nothing is lost.
      }
    }
  }
}
