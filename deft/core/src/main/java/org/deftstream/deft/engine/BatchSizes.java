package org.deftstream.deft.engine;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The batch sizes that networks are evaluated with: powers of two up to a limit, and the limit
 * itself. A fixed set means that kernels are chosen once and can be warmed up. Immutable.
 */
public final class BatchSizes {
  private final int[] values;

  private BatchSizes(int[] values) {
    this.values = values;
  }

  /**
   * The allowed sizes up to a limit: 1, 2, 4, ... and {@code maxBatch}.
   *
   * @param maxBatch at least 1
   */
  public static BatchSizes upTo(int maxBatch) {
    if (maxBatch < 1) {
      throw new IllegalArgumentException("maxBatch must be at least 1, got " + maxBatch);
    }
    var powers = IntStream.iterate(1, size -> size < maxBatch, size -> 2 * size);
    return new BatchSizes(IntStream.concat(powers, IntStream.of(maxBatch)).toArray());
  }

  /** All sizes, ascending. */
  public int[] values() {
    return values.clone();
  }

  /** The largest size. */
  public int largest() {
    return values[values.length - 1];
  }

  /**
   * The smallest allowed size that holds so many rows.
   *
   * @param rows from 1 to {@link #largest()}
   */
  public int padded(int rows) {
    int index = Arrays.binarySearch(values, rows);
    int at = index >= 0 ? index : -index - 1;
    if (rows < 1 || at == values.length) {
      throw new IllegalArgumentException("rows must be from 1 to " + largest() + ", got " + rows);
    }
    return values[at];
  }

  /**
   * The sizes below a size, after the device had no memory for it.
   *
   * @param size more than 1
   */
  public BatchSizes below(int size) {
    var smaller = Arrays.stream(values).filter(value -> value < size).toArray();
    if (smaller.length == 0) {
      throw new IllegalArgumentException("there is no batch size below " + size);
    }
    return new BatchSizes(smaller);
  }
}
