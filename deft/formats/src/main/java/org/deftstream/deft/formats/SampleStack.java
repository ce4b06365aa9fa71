package org.deftstream.deft.formats;

import java.util.ArrayList;
import java.util.List;

/** A series of images as one array. Stateless. */
public final class SampleStack {
  private SampleStack() {}

  /**
   * One array: the image itself, or slices x height x width of several.
   *
   * @throws IllegalArgumentException if they differ in shape
   */
  public static NumericArray of(List<Sample> samples) {
    var first = samples.get(0).values();
    if (samples.size() == 1) {
      return first;
    }
    int[] shape = new int[first.rank() + 1];
    shape[0] = samples.size();
    System.arraycopy(first.shape(), 0, shape, 1, first.rank());
    int each = first.values().length;
    var values = new float[Math.multiplyExact(each, samples.size())];
    for (int i = 0; i < samples.size(); i++) {
      var part = samples.get(i).values();
      if (part.values().length != each || part.complex() != first.complex()) {
        throw new IllegalArgumentException(
            "slices of " + first.describe() + " and " + part.describe() + " are no volume");
      }
      System.arraycopy(part.values(), 0, values, i * each, each);
    }
    return new NumericArray(values, first.complex(), shape);
  }

  /** What an array alone does not keep. */
  public static List<String> lost(String format, List<Sample> samples) {
    var notes = new ArrayList<String>();
    if (samples.get(0).geometry().placed()) {
      notes.add(format + " keeps no position, orientation and spacing");
    }
    if (!samples.get(0).units().isEmpty()) {
      notes.add(format + " does not say that the numbers are in " + samples.get(0).units());
    }
    return notes;
  }
}
