package org.deftstream.deft.operator.mri;

import java.util.Locale;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.MeasurementRange;

/** What k-space of images in [-1, 1] holds, by its scale. Stateless and thread-safe. */
final class KSpaceScale {
  /** Mean square of the values of an image that says hardly anything: 0.05 squared. */
  private static final double LEAST_ENERGY = 0.0025;

  private KSpaceScale() {}

  /**
   * As far as the coil that sees most could reach, all of the image in phase. Both parts of a
   * complex image may be 1.
   *
   * @param maps coils x pixels x 2
   */
  static MeasurementRange range(float[] maps, ImageShape shape, KSpace kSpace) {
    int pixels = shape.height() * shape.width();
    double most = 0;
    for (int from = 0; from < maps.length; from += 2 * pixels) {
      double sum = 0;
      for (int i = from; i < from + 2 * pixels; i += 2) {
        sum += Math.hypot(maps[i], maps[i + 1]);
      }
      most = Math.max(most, sum / Math.sqrt(pixels));
    }
    return MeasurementRange.symmetric(most * kSpace.scale() * Math.sqrt(shape.channels()));
  }

  /**
   * Refuses a record with less energy than an image that is nearly grey all over. One without the
   * sample in the middle of k-space, where most of an image's energy lies, is taken as it is.
   *
   * @param kind what the message calls the operator
   * @param measured coils x samples x 2, 0 where nothing was measured
   */
  static void requireEnergy(String kind, KSpace kSpace, float[] measured, int pixels) {
    int count = kSpace.readouts() * kSpace.samples();
    double energy = 0;
    boolean middle = false;
    for (int i = 0; i < measured.length; i++) {
      int sample = i / 2 % count;
      double value = measured[i];
      energy += kSpace.weight(sample) * value * value;
      middle |=
          kSpace.sampled(sample)
              && kSpace.rowFrequency(sample) == 0
              && kSpace.columnFrequency(sample) == 0;
    }
    double mean = energy / pixels;
    if (middle && mean < LEAST_ENERGY) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "measurement has the energy of an image whose values are %.2g at the root of their"
                  + " mean square; at least %.2g is expected of images in [-1, 1]: %s expects"
                  + " another scale of k-space (norm), or other units of the image",
              Math.sqrt(mean),
              Math.sqrt(LEAST_ENERGY),
              kind));
    }
  }
}
