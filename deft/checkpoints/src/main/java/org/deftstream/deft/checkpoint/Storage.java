package org.deftstream.deft.checkpoint;

/** The values that one or several tensors of a torch file are views of. */
final class Storage {
  private final ElementType type;
  private final long count;
  private Bytes bytes;

  /**
   * A storage that a pickle speaks of.
   *
   * @param count number of values that the pickle claims
   */
  Storage(ElementType type, long count) {
    this.type = type;
    this.count = count;
  }

  ElementType type() {
    return type;
  }

  long count() {
    return count;
  }

  /** Where it lies; the legacy form tells this after the pickle. */
  void place(Bytes found) {
    long needed = Math.multiplyExact(count, (long) type.bytes());
    if (found.size() != needed) {
      throw new UnsoundCheckpointException(
          "a storage of "
              + count
              + " values needs "
              + needed
              + " bytes and has "
              + found.size()
              + ": the file was cut or is damaged");
    }
    bytes = found;
  }

  Bytes bytes() {
    return bytes;
  }
}
