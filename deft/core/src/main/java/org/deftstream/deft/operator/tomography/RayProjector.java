package org.deftstream.deft.operator.tomography;

import java.util.stream.IntStream;

/**
 * A {@link Projector} that follows the rays as it goes and keeps nothing but their angles: for
 * images whose matrices would take gigabytes. The numbers are those of {@link StoredProjector} up
 * to rounding.
 *
 * <p>Joseph's method steps along the axis that a ray crosses more steeply. At each step the bins of
 * a view meet the line of pixels at equal distances, so their places are counted up in fixed point
 * and a line stays in the processor's first cache. Views are spread over the common pool, and lines
 * for the adjoint, each summed in the order of the views: the bits do not depend on the number of
 * processors.
 */
final class RayProjector implements Projector {
  private static final int FRACTION_BITS = 32;
  private static final float FRACTION = 0x1p-24f;

  private final int height;
  private final int width;
  private final int views;
  private final int bins;
  private final double pixel;
  private final double angleStep;
  private final double[] cos;
  private final double[] sin;

  RayProjector(ParallelBeamGeometry geometry) {
    height = geometry.shape().height();
    width = geometry.shape().width();
    views = geometry.views();
    bins = geometry.bins();
    pixel = geometry.pixel();
    angleStep = geometry.angleStep();
    cos = new double[views];
    sin = new double[views];
    for (int view = 0; view < views; view++) {
      cos[view] = Math.cos(view * angleStep);
      sin[view] = Math.sin(view * angleStep);
    }
  }

  @Override
  public int rays() {
    return views * bins;
  }

  /** Whether a view's rays step through the columns; else through the rows. */
  private boolean throughColumns(int view) {
    return Math.abs(sin[view]) >= Math.abs(cos[view]);
  }

  /** The pixels of a channel, line after line, each between two zeros. */
  private float[] lines(float[] image, int channels, int channel, boolean columns) {
    int count = columns ? width : height;
    int length = columns ? height : width;
    var lines = new float[count * (length + 2)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        float value = image[(y * width + x) * channels + channel];
        lines[columns ? x * (length + 2) + y + 1 : y * (length + 2) + x + 1] = value;
      }
    }
    return lines;
  }

  /** Where on a line, counted from the zero before it, the ray of bin 0 meets it. */
  private double first(int view, int line, boolean columns) {
    double s = -(bins - 1) / 2.0;
    if (columns) {
      double x = line + 0.5 - width / 2.0;
      return height / 2.0 + 0.5 - (s - x * cos[view]) / sin[view];
    }
    double y = height / 2.0 - line - 0.5;
    return width / 2.0 + 0.5 + (s - y * sin[view]) / cos[view];
  }

  /** How far on the line the next bin is. */
  private double stride(int view, boolean columns) {
    return columns ? -1 / sin[view] : 1 / cos[view];
  }

  /** Length of a step along a ray. */
  private float stepLength(int view, boolean columns) {
    return (float) (pixel / Math.abs(columns ? sin[view] : cos[view]));
  }

  /** First bin, from 0, whose place {@code first + b * stride} lies in [0, end). */
  private int from(double first, double stride, int end) {
    double b = stride > 0 ? -first / stride : (end - first) / stride;
    int bin = (int) Math.max(0, Math.min(bins, Math.floor(b) - 1));
    while (bin < bins && !inside(first + bin * stride, end)) {
      bin++;
      if (stride > 0 ? first + bin * stride >= end : first + bin * stride < 0) {
        return bins;
      }
    }
    return bin;
  }

  /** Bin after the last one whose place lies in [0, end). */
  private int to(int from, double first, double stride, int end) {
    double b = stride > 0 ? (end - first) / stride : -first / stride;
    int bin = (int) Math.max(from, Math.min(bins, Math.ceil(b) + 1));
    while (bin > from && !inside(first + (bin - 1) * stride, end)) {
      bin--;
    }
    return bin;
  }

  private static boolean inside(double place, int end) {
    return place >= 0 && place < end;
  }

  @Override
  public float[] project(float[] image, int channels) {
    requireLength(image, height * width * channels);
    var out = new float[views * bins * channels];
    for (int channel = 0; channel < channels; channel++) {
      var columns = lines(image, channels, channel, true);
      var rows = lines(image, channels, channel, false);
      int c = channel;
      IntStream.range(0, views)
          .parallel()
          .forEach(
              view -> {
                boolean through = throughColumns(view);
                var sums = projectView(view, through ? columns : rows, through);
                for (int b = 0; b < bins; b++) {
                  out[(view * bins + b) * channels + c] = sums[b];
                }
              });
    }
    return out;
  }

  private float[] projectView(int view, float[] lines, boolean columns) {
    int count = columns ? width : height;
    int length = columns ? height : width;
    var sums = new float[bins];
    double stride = stride(view, columns);
    long step = fixed(stride);
    for (int line = 0; line < count; line++) {
      double first = first(view, line, columns);
      int from = from(first, stride, length + 1);
      int to = to(from, first, stride, length + 1);
      long place = fixed(first + from * stride);
      int base = line * (length + 2);
      for (int b = from; b < to; b++, place += step) {
        int at = base + (int) (place >> FRACTION_BITS);
        float share = ((int) (place >>> 8) & 0xffffff) * FRACTION;
        float near = lines[at];
        sums[b] += near + share * (lines[at + 1] - near);
      }
    }
    float stepLength = stepLength(view, columns);
    for (int b = 0; b < bins; b++) {
      sums[b] *= stepLength;
    }
    return sums;
  }

  @Override
  public float[] adjoint(float[] sinogram, int channels) {
    requireLength(sinogram, views * bins * channels);
    var image = new float[height * width * channels];
    for (int channel = 0; channel < channels; channel++) {
      var rays = new float[views * bins];
      for (int i = 0; i < rays.length; i++) {
        rays[i] = sinogram[i * channels + channel];
      }
      int c = channel;
      IntStream.range(0, width)
          .parallel()
          .forEach(
              x -> {
                var line = adjointLine(rays, x, true);
                for (int y = 0; y < height; y++) {
                  image[(y * width + x) * channels + c] = line[y + 1];
                }
              });
      IntStream.range(0, height)
          .parallel()
          .forEach(
              y -> {
                var line = adjointLine(rays, y, false);
                for (int x = 0; x < width; x++) {
                  image[(y * width + x) * channels + c] += line[x + 1];
                }
              });
    }
    return image;
  }

  /** What the views that step through such lines give back to one of them. */
  private float[] adjointLine(float[] rays, int line, boolean columns) {
    int length = columns ? height : width;
    var sums = new float[length + 2];
    for (int view = 0; view < views; view++) {
      if (throughColumns(view) != columns) {
        continue;
      }
      double stride = stride(view, columns);
      long step = fixed(stride);
      double first = first(view, line, columns);
      int from = from(first, stride, length + 1);
      int to = to(from, first, stride, length + 1);
      long place = fixed(first + from * stride);
      float stepLength = stepLength(view, columns);
      int base = view * bins;
      for (int b = from; b < to; b++, place += step) {
        int at = (int) (place >> FRACTION_BITS);
        float far = ((int) (place >>> 8) & 0xffffff) * FRACTION * stepLength * rays[base + b];
        sums[at] += stepLength * rays[base + b] - far;
        sums[at + 1] += far;
      }
    }
    return sums;
  }

  private static long fixed(double value) {
    return Math.round(value * (1L << FRACTION_BITS));
  }

  @Override
  public float[] backProject(float[] filtered, int channels) {
    requireLength(filtered, views * bins * channels);
    var image = new float[height * width * channels];
    for (int channel = 0; channel < channels; channel++) {
      // Each view between two zeros.
      var padded = new float[views * (bins + 2)];
      for (int view = 0; view < views; view++) {
        for (int b = 0; b < bins; b++) {
          padded[view * (bins + 2) + b + 1] = filtered[(view * bins + b) * channels + channel];
        }
      }
      int c = channel;
      IntStream.range(0, height)
          .parallel()
          .forEach(
              y -> {
                var line = backProjectedLine(padded, y);
                for (int x = 0; x < width; x++) {
                  image[(y * width + x) * channels + c] = line[x];
                }
              });
    }
    return image;
  }

  private float[] backProjectedLine(float[] padded, int row) {
    var sums = new float[width];
    double y = height / 2.0 - row - 0.5;
    for (int view = 0; view < views; view++) {
      double first = (0.5 - width / 2.0) * cos[view] + y * sin[view] + (bins - 1) / 2.0 + 1;
      int base = view * (bins + 2);
      for (int x = 0; x < width; x++) {
        double place = first + x * cos[view];
        if (place >= 0 && place < bins + 1) {
          int at = (int) place;
          float near = padded[base + at];
          sums[x] += near + (float) (place - at) * (padded[base + at + 1] - near);
        }
      }
    }
    for (int x = 0; x < width; x++) {
      sums[x] *= (float) angleStep;
    }
    return sums;
  }

  private static void requireLength(float[] values, int length) {
    if (values.length != length) {
      throw new IllegalArgumentException("expected " + length + " values, got " + values.length);
    }
  }
}
