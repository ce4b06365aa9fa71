package org.deftstream.stream.demo;

import java.util.Arrays;
import java.util.Map;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Inpainting;

/** What the instrument saw, as a picture for the page. */
final class MeasurementPicture {
  /** The colour of pixels that were not measured: not a grey, so that nobody takes it for one. */
  private static final int HIDDEN = 0x5b7fa6;

  private MeasurementPicture() {}

  /**
   * A PNG of one measurement. Image-shaped measurements with a mask show the hidden pixels in a
   * colour; others, such as a sinogram, are stretched from their least to their largest value, rows
   * first, after the measurement of nothing but background is taken away: image values are in [-1,
   * 1], so that even the air around a head casts a shadow.
   *
   * @param auxiliary the record's auxiliary inputs
   * @param background the value of an empty image
   */
  static byte[] of(
      ForwardOperator operator,
      float[] measurement,
      Map<String, float[]> auxiliary,
      float background) {
    float[] mask = auxiliary.get(Inpainting.MASK);
    if (mask != null) {
      return masked(operator.imageShape(), measurement, mask);
    }
    int[] shape = operator.measurementShape();
    int rows = shape[0];
    int columns = measurement.length / rows;
    var empty = new float[operator.imageShape().size()];
    Arrays.fill(empty, background);
    float[] shadow = operator.measure(empty);
    var grey = new float[measurement.length];
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < grey.length; i++) {
      grey[i] = measurement[i] - shadow[i];
      least = Math.min(least, grey[i]);
      most = Math.max(most, grey[i]);
    }
    float range = Math.max(most - least, 1e-6f);
    for (int i = 0; i < grey.length; i++) {
      grey[i] = 2 * (grey[i] - least) / range - 1;
    }
    return Png.write(new GreyImage(columns, rows, grey));
  }

  private static byte[] masked(ImageShape shape, float[] measurement, float[] mask) {
    var rgb = new int[shape.height() * shape.width()];
    for (int i = 0; i < rgb.length; i++) {
      if (mask[i] < 0.5f) {
        rgb[i] = HIDDEN;
      } else {
        int grey = Math.round((Math.max(-1, Math.min(1, measurement[i])) + 1) * 127.5f);
        rgb[i] = grey << 16 | grey << 8 | grey;
      }
    }
    return Png.writeRgb(shape.width(), shape.height(), rgb);
  }
}
