package org.deftstream.deft.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code torch.save} wrote before version 1.6: pickles of a magic number, the version, the
 * writing system and the object, then a list of the storages' keys, then each storage as a count
 * and its values.
 */
final class LegacyTorch {
  private static final BigInteger MAGIC = new BigInteger("119547037146038801333356");
  private static final int VERSION = 1001;

  private final Bytes bytes;
  private final PickleInput in;
  private final Constructors constructors;
  private final Map<String, Storage> storages = new HashMap<>();

  private LegacyTorch(Bytes bytes, Constructors constructors) {
    this.bytes = bytes;
    this.in = new PickleInput(bytes, 0);
    this.constructors = constructors;
  }

  /** Whether these are the first bytes of such a file. */
  static boolean begins(byte[] first) {
    return first.length > 3
        && first[0] == (byte) 0x80
        && first[1] == 2
        && first[2] == (byte) 0x8a
        && first[3] == 10;
  }

  /**
   * Reads the object; its tensors are read later.
   *
   * @throws UnsoundCheckpointException if it is damaged or holds what is not read
   */
  static Object read(Bytes bytes, Constructors constructors) {
    try {
      return new LegacyTorch(bytes, constructors).object();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Object object() throws IOException {
    if (!MAGIC.equals(pickle()) || !(pickle() instanceof Integer version && version == VERSION)) {
      throw new UnsoundCheckpointException("it is no torch file of a known version");
    }
    if (pickle() instanceof Map<?, ?> system && Boolean.FALSE.equals(system.get("little_endian"))) {
      throw new UnsoundCheckpointException("it was written big-endian, which is not read");
    }
    Object object = pickle();
    if (!(pickle() instanceof List<?> keys)) {
      throw new UnsoundCheckpointException("the list of its storages is missing: it is damaged");
    }
    for (Object key : keys) {
      place(storages.remove(String.valueOf(TensorPickle.key(key))));
    }
    if (!storages.isEmpty()) {
      throw new UnsoundCheckpointException("a tensor's values are missing: the file was cut");
    }
    return object;
  }

  private void place(Storage storage) throws IOException {
    if (storage == null) {
      throw new UnsoundCheckpointException("it lists a storage that no tensor has: it is damaged");
    }
    long size = Math.multiplyExact(storage.count(), (long) storage.type().bytes());
    if (in.remaining() < 8 || in.peek(8) != storage.count() || size > in.remaining() - 8) {
      throw new UnsoundCheckpointException(
          "a storage of "
              + storage.count()
              + " values is not there whole: the file was cut or is damaged");
    }
    storage.place(bytes.part(in.position() + 8, size));
    in.pass(8 + size);
  }

  private Object pickle() throws IOException {
    return new TensorPickle(constructors, this::storage).read(in);
  }

  private Storage storage(Object[] id) {
    if (id.length > 5 && id[5] != null) {
      throw new UnsoundCheckpointException("a storage is a view of another, which is not read");
    }
    return storages.computeIfAbsent(
        String.valueOf(TensorPickle.key(id[2])), key -> Storages.claimed(id));
  }
}
