package org.deftstream.deft.evaluation;

import java.util.Arrays;
import java.util.Map;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.Png;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.imaging.Inpainting;

/** What the instrument saw, as a picture for the page. */
public final class MeasurementPicture {
  /** The colour of pixels that were not measured: not a grey, so that nobody takes it for one. */
  private static final int HIDDEN = 0x5b7fa6;

  private MeasurementPicture() {}

  /**
   * A PNG of one measurement. Image-shaped measurements with a mask show the hidden pixels in a
   * colour. Others are stretched from their least to their largest value, rows first. From linear
   * ones that are no images, such as a sinogram, the measurement of nothing but background is taken
   * away: image values are in [-1, 1], so that even the air around a head casts a shadow. Complex
   * ones (last axis of length 2), and those of non-linear operators that are no images, are shown
   * as the logarithm of their modulus.
   *
   * @param auxiliary the record's auxiliary inputs
   * @param background the value of an empty image
   */
  public static byte[] of(
      ForwardOperator operator,
      float[] measurement,
      Map<String, float[]> auxiliary,
      float background) {
    float[] mask = auxiliary.get(Inpainting.MASK);
    if (mask != null && mask.length == measurement.length) {
      return masked(operator.imageShape(), measurement, mask);
    }
    int[] shape = operator.measurementShape();
    boolean complex = shape.length > 2 && shape[shape.length - 1] == 2;
    float[] values =
        complex
            ? logarithmOfModulus(measurement)
            : measurement.length == operator.imageShape().size()
                ? measurement
                : operator.linear()
                    ? withoutShadow(operator, measurement, background)
                    : logarithm(measurement);
    int columns = shape.length == 1 ? shape[0] : shape[complex ? shape.length - 2 : 1];
    return Png.write(new GreyImage(columns, values.length / columns, stretched(values)));
  }

  private static float[] withoutShadow(
      ForwardOperator operator, float[] measurement, float background) {
    var empty = new float[operator.imageShape().size()];
    Arrays.fill(empty, background);
    float[] shadow = operator.measure(empty);
    var values = measurement.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] -= shadow[i];
    }
    return values;
  }

  private static float[] logarithmOfModulus(float[] pairs) {
    var values = new float[pairs.length / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.log1p(Math.hypot(pairs[2 * i], pairs[2 * i + 1]));
    }
    return values;
  }

  /** For moduli, whose largest value would hide the others. */
  private static float[] logarithm(float[] moduli) {
    var values = new float[moduli.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.log1p(Math.abs(moduli[i]));
    }
    return values;
  }

  private static float[] stretched(float[] values) {
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    float range = Math.max(most - least, 1e-6f);
    var grey = new float[values.length];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = 2 * (values[i] - least) / range - 1;
    }
    return grey;
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
