package org.deftstream.deft.checkpoint;

/** Makes a storage of the tuple that a pickle of torch names it by. */
final class Storages {
  private Storages() {}

  /**
   * The storage that {@code ("storage", class, key, device, count)} claims.
   *
   * @throws UnsoundCheckpointException if its class or its count is none
   */
  static Storage claimed(Object[] id) {
    var type = Constructors.storage(id[1]);
    if (type == null) {
      throw new UnsoundCheckpointException(
          "a storage is of "
              + (id[1] instanceof PickledClass known ? known.name() : "no class")
              + "; double, float, half, bfloat16 and whole numbers are read");
    }
    long count = id[4] instanceof Number number ? number.longValue() : -1;
    if (count < 0 || count > Long.MAX_VALUE / 8) {
      throw new UnsoundCheckpointException("a storage claims " + count + " values");
    }
    return new Storage(type, count);
  }
}
