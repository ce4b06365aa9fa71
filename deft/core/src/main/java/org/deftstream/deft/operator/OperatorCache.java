package org.deftstream.deft.operator;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.image.ImageShape;

/**
 * Operators at the shapes that records ask for. One that was made is kept, with others up to so
 * many bytes, and the one that was used longest ago goes first; whoever holds one keeps it. They
 * are made one at a time, so that what making takes is on the heap once; those that are kept are
 * given out meanwhile. Thread-safe; owns nothing that must be closed.
 */
public final class OperatorCache {
  private final long maxPixels;
  private final long maxBytes;
  private final Map<Key, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private final Object making = new Object();
  private long bytes;

  private record Key(String operator, ImageShape shape) {}

  private record Kept(ForwardOperator operator, long bytes) {}

  /**
   * An empty cache.
   *
   * @param maxPixels most pixels of an image, at least 1
   * @param maxBytes bytes of what is kept, as {@link ForwardOperator#bytesAt} states them
   */
  public OperatorCache(long maxPixels, long maxBytes) {
    if (maxPixels < 1 || maxBytes < 0) {
      throw new IllegalArgumentException(
          "maxPixels must be at least 1 and maxBytes at least 0, got "
              + maxPixels
              + " and "
              + maxBytes);
    }
    this.maxPixels = maxPixels;
    this.maxBytes = maxBytes;
  }

  /**
   * Refuses images with too many pixels, before anything is made for them.
   *
   * @throws IllegalArgumentException one line with the shape and the bound
   */
  public void requireAllowed(ImageShape shape) {
    if (shape.pixels() > maxPixels) {
      throw new IllegalArgumentException(
          "an image of "
              + shape
              + " has "
              + shape.pixels()
              + " pixels; at most "
              + maxPixels
              + " are taken (image.max.pixels)");
    }
  }

  /**
   * The operator of a task at a shape.
   *
   * @param task the task's operator, not bound to a record
   * @throws IllegalArgumentException one line, if the shape is not allowed or {@link
   *     ForwardOperator#at} refuses it
   */
  public ForwardOperator at(ForwardOperator task, ImageShape shape) {
    requireAllowed(shape);
    if (shape.equals(task.imageShape())) {
      return task;
    }
    var key = new Key(Operators.fingerprint(task), shape);
    var found = find(key);
    if (found.isPresent()) {
      return found.get();
    }
    synchronized (making) {
      return find(key).orElseGet(() -> keep(key, task.at(shape), task.bytesAt(shape)));
    }
  }

  /** Number of operators that are kept. */
  public int size() {
    synchronized (kept) {
      return kept.size();
    }
  }

  private Optional<ForwardOperator> find(Key key) {
    synchronized (kept) {
      return Optional.ofNullable(kept.get(key)).map(Kept::operator);
    }
  }

  private ForwardOperator keep(Key key, ForwardOperator made, long size) {
    synchronized (kept) {
      if (size <= maxBytes) {
        kept.put(key, new Kept(made, size));
        bytes += size;
      }
      for (Iterator<Kept> oldest = kept.values().iterator(); bytes > maxBytes; ) {
        bytes -= oldest.next().bytes();
        oldest.remove();
      }
      return made;
    }
  }
}
