package org.deftstream.deft.operator.interferometry;

/**
 * How the values of a record change with its visibilities, at given ones: a sparse matrix, values x
 * (places x 2). Immutable and thread-safe.
 */
final class Tangent {
  private final int visibilities;
  private final int[] starts;
  private final int[] places;
  private final float[] slopes;

  /**
   * A matrix.
   *
   * @param visibilities places that there are
   * @param starts of each row in {@code places}, and the end of the last
   * @param places the visibilities that each row depends on
   * @param slopes by real and imaginary part of each
   */
  Tangent(int visibilities, int[] starts, int[] places, float[] slopes) {
    this.visibilities = visibilities;
    this.starts = starts;
    this.places = places;
    this.slopes = slopes;
  }

  /** Changes of the values with changes of the visibilities. */
  float[] times(float[] change) {
    var out = new float[starts.length - 1];
    for (int i = 0; i < out.length; i++) {
      double sum = 0;
      for (int j = starts[i]; j < starts[i + 1]; j++) {
        int at = 2 * places[j];
        sum += slopes[2 * j] * change[at] + slopes[2 * j + 1] * change[at + 1];
      }
      out[i] = (float) sum;
    }
    return out;
  }

  /** The transpose times values: places x 2. */
  float[] transposed(float[] values) {
    var out = new float[2 * visibilities];
    for (int i = 0; i < values.length; i++) {
      for (int j = starts[i]; j < starts[i + 1]; j++) {
        int at = 2 * places[j];
        out[at] += slopes[2 * j] * values[i];
        out[at + 1] += slopes[2 * j + 1] * values[i];
      }
    }
    return out;
  }
}
