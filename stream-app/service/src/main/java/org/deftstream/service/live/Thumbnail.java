package org.deftstream.service.live;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Map;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Tensor;

/**
 * A small picture of a tensor, at most {@value #LONGEST} pixels a side: levels from 1 for its least
 * value to 255 for its largest, and 0 for what was not measured. Immutable.
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Thumbnail(int width, int height, int channels, byte[] levels, float low, float high) {
  static final int LONGEST = 96;

  private static final String MASK = "mask";
  private static final int LEVELS = 254;

  /**
   * The picture of a measurement: what the mask hides is left out, complex values (a last axis of 2
   * behind two others) are shown as the logarithm of their modulus, whatever has one axis is one
   * row.
   */
  static Thumbnail of(Tensor values, Map<String, Tensor> auxiliary) {
    int[] shape = Tensors.shape(values);
    // What was not measured may be anything.
    float[] numbers = Tensors.toNumbers("values", values, shape);
    if (shape.length > 2 && shape[shape.length - 1] == 2) {
      numbers = logarithmOfModulus(numbers);
      return of(numbers, null, shape[0], numbers.length / shape[0], 1);
    }
    int channels = shape.length == 3 && shape[2] == 3 ? 3 : 1;
    int rows = shape.length == 1 ? 1 : shape[0];
    int columns = numbers.length / rows / channels;
    var mask = auxiliary.get(MASK);
    float[] shown = mask == null ? null : Tensors.toFloats(mask);
    return of(
        numbers,
        shown != null && shown.length == rows * columns ? shown : null,
        rows,
        columns,
        channels);
  }

  /** The picture of an image: height, width, channels. */
  static Thumbnail of(Tensor image) {
    return of(image, Map.of());
  }

  private static float[] logarithmOfModulus(float[] pairs) {
    var values = new float[pairs.length / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.log1p(Math.hypot(pairs[2 * i], pairs[2 * i + 1]));
    }
    return values;
  }

  private static Thumbnail of(float[] values, float[] mask, int rows, int columns, int channels) {
    int height = Math.min(rows, LONGEST);
    int width = Math.min(columns, LONGEST);
    var means = new float[height * width * channels];
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < channels; channel++) {
          float mean =
              mean(
                  values,
                  mask,
                  columns,
                  channels,
                  channel,
                  new int[] {y * rows / height, (y + 1) * rows / height},
                  new int[] {x * columns / width, (x + 1) * columns / width});
          means[(y * width + x) * channels + channel] = mean;
          if (Float.isFinite(mean)) {
            low = Math.min(low, mean);
            high = Math.max(high, mean);
          }
        }
      }
    }
    return new Thumbnail(width, height, channels, levels(means, low, high), low, high);
  }

  /** Mean of what was measured in a rectangle; NaN if nothing was. */
  private static float mean(
      float[] values,
      float[] mask,
      int columns,
      int channels,
      int channel,
      int[] rows,
      int[] across) {
    double sum = 0;
    int count = 0;
    for (int y = rows[0]; y < rows[1]; y++) {
      for (int x = across[0]; x < across[1]; x++) {
        int pixel = y * columns + x;
        if (mask == null || mask[pixel] >= 0.5f) {
          sum += values[pixel * channels + channel];
          count++;
        }
      }
    }
    return count == 0 ? Float.NaN : (float) (sum / count);
  }

  private static byte[] levels(float[] means, float low, float high) {
    float range = Math.max(high - low, Float.MIN_NORMAL);
    var levels = new byte[means.length];
    for (int i = 0; i < means.length; i++) {
      if (Float.isFinite(means[i])) {
        levels[i] = (byte) (1 + Math.round(LEVELS * (means[i] - low) / range));
      }
    }
    return levels;
  }

  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("width", width)
        .put("height", height)
        .put("channels", channels)
        .put("low", Float.isFinite(low) ? low : 0)
        .put("high", Float.isFinite(high) ? high : 0)
        .put("levels", Base64.getEncoder().encodeToString(levels));
  }
}
