package org.deftstream.deft.formats;

import java.util.AbstractList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What a file holds: samples in its order. A volume is a series of slices. Immutable.
 *
 * @param samples each made when it is asked for, from what was read
 * @param notes what could not be kept as the file has it, one line each
 */
public record FileContent(List<Sample> samples, List<String> notes) {
  public FileContent {
    notes = List.copyOf(notes);
  }

  /** Samples that are made one by one. */
  public static FileContent of(int count, IntFunction<Sample> sample, List<String> notes) {
    return new FileContent(
        new AbstractList<>() {
          @Override
          public Sample get(int index) {
            return sample.apply(index);
          }

          @Override
          public int size() {
            return count;
          }
        },
        notes);
  }
}
