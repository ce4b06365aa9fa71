package org.deftstream.deft.checkpoint;

import static org.deftstream.deft.checkpoint.UnsoundCheckpointException.shown;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What {@code torch.save} writes: a zip file of {@code NAME/data.pkl} and {@code NAME/data/KEY},
 * all stored as they are. A compressed entry is refused: torch writes none, and it could grow
 * without bound.
 */
final class ZipTorch {
  private static final int END = 22;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int LOCATOR = 20;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;
  private static final int LONG_END = 56;
  private static final long MOST_DIRECTORY = 64L << 20;
  private static final String PICKLE = "/data.pkl";

  private final ZipFile zip;
  private final String prefix;
  private final Map<String, Storage> storages = new HashMap<>();

  private ZipTorch(ZipFile zip, String prefix) {
    this.zip = zip;
    this.prefix = prefix;
  }

  /**
   * Holds the list of entries to a size before it is read as a whole.
   *
   * @throws UnsoundCheckpointException if there is none, or it is too long
   */
  static void checkDirectory(FileChannel channel) throws IOException {
    var end = read(channel, channel.size() - END, END);
    if (end == null || end.getInt(0) != END_SIGNATURE) {
      throw new UnsoundCheckpointException(
          "it is a zip file without an end: it was cut, or is no file of torch's");
    }
    long size = Integer.toUnsignedLong(end.getInt(12));
    var locator = read(channel, channel.size() - END - LOCATOR, LOCATOR);
    if (locator != null && locator.getInt(0) == LOCATOR_SIGNATURE) {
      var longEnd = read(channel, locator.getLong(8), LONG_END);
      size = longEnd == null ? Long.MAX_VALUE : Math.max(size, longEnd.getLong(40));
    }
    if (size < 0 || size > MOST_DIRECTORY) {
      throw new UnsoundCheckpointException(
          "it is a zip file with a list of entries that is damaged");
    }
  }

  private static ByteBuffer read(FileChannel channel, long from, int count) throws IOException {
    var bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    if (from < 0 || from > channel.size() - count) {
      return null;
    }
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
      // Until it is full.
    }
    return bytes.hasRemaining() ? null : bytes;
  }

  /**
   * Reads the object; its tensors are read later, from the same open file.
   *
   * @throws UnsoundCheckpointException if it is damaged or holds what is not read
   */
  static Object read(ZipFile zip, Constructors constructors) throws IOException {
    var pickles =
        zip.stream()
            .map(ZipEntry::getName)
            .filter(n -> n.indexOf('/') == n.length() - PICKLE.length() && n.endsWith(PICKLE))
            .limit(2)
            .toList();
    if (pickles.size() != 1) {
      throw new UnsoundCheckpointException(
          "it is a zip file with "
              + (pickles.isEmpty() ? "no" : "more than one")
              + " data.pkl; torch.save writes one");
    }
    String name = pickles.get(0);
    var file = new ZipTorch(zip, name.substring(0, name.length() - PICKLE.length()));
    if (zip.getEntry(file.prefix + "/constants.pkl") != null) {
      throw new UnsoundCheckpointException(
          "it is a TorchScript program, which would have to be run; save its state_dict()");
    }
    file.requireLittleEndian();
    var in = new PickleInput(file.stored(name), 0);
    return new TensorPickle(constructors, file::storage).read(in);
  }

  private void requireLittleEndian() throws IOException {
    String name = prefix + "/byteorder";
    if (zip.getEntry(name) == null) {
      return;
    }
    try (var in = stored(name).from(0)) {
      String order = new String(in.readNBytes(16), StandardCharsets.US_ASCII).strip();
      if (!order.equals("little")) {
        throw new UnsoundCheckpointException("its byte order is " + shown(order) + ", not little");
      }
    }
  }

  private Storage storage(Object[] id) {
    String key = String.valueOf(TensorPickle.key(id[2]));
    return storages.computeIfAbsent(
        key,
        k -> {
          var storage = Storages.claimed(id);
          storage.place(stored(prefix + "/data/" + k));
          return storage;
        });
  }

  private Bytes stored(String name) {
    var entry = zip.getEntry(name);
    if (entry == null) {
      throw new UnsoundCheckpointException(shown(name) + " is missing in it: it is damaged");
    }
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
      throw new UnsoundCheckpointException(
          shown(name) + " in it is compressed, which torch.save never does");
    }
    return Bytes.of(zip, entry);
  }
}
