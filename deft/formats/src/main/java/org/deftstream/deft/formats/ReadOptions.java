package org.deftstream.deft.formats;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How a file is to be read. Immutable.
 *
 * @param maxBytes most bytes of the heap that reading one file may take
 * @param channels 1 for grey, 3 for colour: what pictures are read as
 * @param dataset name of the array that is meant, where a file holds several
 * @param auxiliary arrays of the file that are auxiliary inputs: their name in the record, and that
 *     in the file
 * @param taken arrays of the file that are auxiliary inputs if the file has them under this name
 * @param fits whether a shape, complex numbers with a last axis of 2, is that of one sample
 */
public record ReadOptions(
    long maxBytes,
    int channels,
    Optional<String> dataset,
    Map<String, String> auxiliary,
    Set<String> taken,
    Predicate<int[]> fits) {
  /** Enough for a volume of 512 x 512 x 512. */
  public static final long DEFAULT_BYTES = 1L << 30;

  /** Grey pictures, arrays of two axes. */
  public static final ReadOptions STANDARD =
      new ReadOptions(
          DEFAULT_BYTES, 1, Optional.empty(), Map.of(), Set.of(), shape -> shape.length == 2);

  public ReadOptions {
    auxiliary = Map.copyOf(auxiliary);
    taken = Set.copyOf(taken);
  }

  /** The same with another limit. */
  public ReadOptions within(long bytes) {
    return new ReadOptions(bytes, channels, dataset, auxiliary, taken, fits);
  }

  /** The same for one array of the file. */
  public ReadOptions of(String name) {
    return new ReadOptions(maxBytes, channels, Optional.of(name), auxiliary, taken, fits);
  }

  /** The same where another shape is one sample. */
  public ReadOptions fitting(Predicate<int[]> shape) {
    return new ReadOptions(maxBytes, channels, dataset, auxiliary, taken, shape);
  }

  /** The same with auxiliary inputs. */
  public ReadOptions with(Map<String, String> named, Set<String> wanted) {
    return new ReadOptions(maxBytes, channels, dataset, named, wanted, fits);
  }
}
