package org.deftstream.deft.operator.imaging;

import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.GaussianNoise;

/**
 * A record of {@code lensless} from what a sensor reads of a scene and of one point of light: both
 * with their background, the mean of a corner, taken off, and the brightness of the scene's
 * brightest parts, as least squares tell it. Immutable.
 *
 * @param values y
 * @param psf its auxiliary input
 * @param brightness its auxiliary input: the 99.8th percentile of the scene
 */
@SuppressWarnings("ArrayRecordComponent") // handed over to the record that is made of them
public record LensCalibration(float[] values, float[] psf, double brightness) {
  /** Rows and columns of the corner, from and to. */
  private static final int CORNER_FROM = 5;

  private static final int CORNER_TO = 15;
  private static final double PERCENTILE = 0.998;

  /**
   * Calibrates a reading.
   *
   * @param raw height x width, grey
   * @param point the reading of one point of light, alike
   * @throws IllegalArgumentException one line, if a shape does not fit or nothing is seen
   */
  public static LensCalibration of(float[] raw, float[] point, int height, int width) {
    if (raw.length != height * width || point.length != raw.length) {
      throw new IllegalArgumentException(
          "expected readings of %d x %d, got %d and %d values"
              .formatted(height, width, raw.length, point.length));
    }
    if (height < 2 * CORNER_TO || width < 2 * CORNER_TO || height % 2 + width % 2 > 0) {
      throw new IllegalArgumentException(
          "readings must have even sides of at least %d, got %d x %d"
              .formatted(2 * CORNER_TO, height, width));
    }
    float[] values = withoutBackground(raw, width);
    float[] psf = withoutBackground(point, width);
    float brightest = 0;
    for (int i = 0; i < values.length; i++) {
      psf[i] = Math.max(0, psf[i]);
      brightest = Math.max(brightest, values[i]);
    }
    if (!(brightest > 0 && brightest <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "the sensor reads at most " + brightest + " above its background");
    }
    var shape = new ImageShape(height, width, 1);
    var camera = new LenslessCamera(shape, new GaussianNoise(1e-3), 1, psf);
    var white = new float[raw.length];
    Arrays.fill(white, 1);
    var linear = camera.measure(white);
    for (int i = 0; i < linear.length; i++) {
      linear[i] = 2 * values[i] / brightest - linear[i];
    }
    var scene = camera.pseudoInverse(linear);
    Arrays.sort(scene);
    double level = (scene[(int) (PERCENTILE * (scene.length - 1))] + 1) / 2;
    return new LensCalibration(values, psf, brightest * level);
  }

  private static float[] withoutBackground(float[] reading, int width) {
    double sum = 0;
    for (int y = CORNER_FROM; y < CORNER_TO; y++) {
      for (int x = CORNER_FROM; x < CORNER_TO; x++) {
        sum += reading[y * width + x];
      }
    }
    double background = sum / (CORNER_TO - CORNER_FROM) / (CORNER_TO - CORNER_FROM);
    var out = new float[reading.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (reading[i] - background);
    }
    return out;
  }
}
