package org.deftstream.deft.operator.tomography;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A {@link Projector} that follows the rays of any {@link ScanGeometry} as it goes and keeps
 * nothing but their lines. The numbers are those of {@link StoredProjector} up to rounding.
 *
 * <p>Joseph's method: a ray steps through the columns or the rows of the image, whichever it
 * crosses more steeply, and interpolates between the two nearest pixels of each. Here the rays of a
 * view go together: those that step along the same axis are a {@link Run}, which meets a column or
 * row at places that rise or fall from bin to bin. Runs are spread over the common pool, and for
 * the adjoint bands of columns and rows, each summed in the order of the runs: the bits do not
 * depend on the number of processors.
 */
final class RayProjector implements Projector {
  /** Columns or rows that the adjoint sums together, so that they stay in the first cache. */
  private static final int BAND = 8;

  private final ScanGeometry geometry;
  private final int height;
  private final int width;
  private final int bins;
  private final List<Run> runs = new ArrayList<>();

  /** Where each ray meets column or row 0, counted from the zero before the first pixel. */
  private final double[] start;

  /** How far on it meets the next one. */
  private final double[] slope;

  /** Length of a step along each ray. */
  private final float[] step;

  /** Neighbouring rays, from and to counted over all views, that step along the same axis. */
  private record Run(boolean columns, int from, int to) {}

  RayProjector(ScanGeometry geometry) {
    this.geometry = geometry;
    height = geometry.shape().height();
    width = geometry.shape().width();
    bins = geometry.bins();
    start = new double[rays()];
    slope = new double[rays()];
    step = new float[rays()];
    var line = new double[4];
    for (int view = 0; view < geometry.views(); view++) {
      int first = view * bins;
      boolean columns = false;
      for (int bin = 0; bin < bins; bin++) {
        int ray = view * bins + bin;
        geometry.ray(view, bin, line);
        boolean through = Math.abs(line[2]) >= Math.abs(line[3]);
        if (bin > 0 && through != columns) {
          runs.add(new Run(columns, first, ray));
          first = ray;
        }
        columns = through;
        follow(ray, line, columns);
      }
      runs.add(new Run(columns, first, (view + 1) * bins));
    }
  }

  private void follow(int ray, double[] line, boolean columns) {
    double along = columns ? line[2] : line[3];
    step[ray] = (float) (geometry.pixel() * Math.hypot(line[2], line[3]) / Math.abs(along));
    if (columns) {
      double rise = line[3] / line[2];
      start[ray] = height / 2.0 + 0.5 - line[1] - (0.5 - width / 2.0 - line[0]) * rise;
      slope[ray] = -rise;
    } else {
      double run = line[2] / line[3];
      start[ray] = width / 2.0 + 0.5 + line[0] + (height / 2.0 - 0.5 - line[1]) * run;
      slope[ray] = -run;
    }
  }

  @Override
  public int rays() {
    return geometry.views() * bins;
  }

  private int lineCount(boolean columns) {
    return columns ? width : height;
  }

  /** Pixels of a column or row. */
  private int lineLength(boolean columns) {
    return columns ? height : width;
  }

  /** The pixels of a channel, column after column or row after row, each between two zeros. */
  private float[] lines(float[] image, int channels, int channel, boolean columns) {
    int length = lineLength(columns) + 2;
    var lines = new float[lineCount(columns) * length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        float value = image[(y * width + x) * channels + channel];
        lines[columns ? x * length + y + 1 : y * length + x + 1] = value;
      }
    }
    return lines;
  }

  /**
   * First ray of a run, from {@code low} on, that lies beyond a place on a line.
   *
   * @param rising whether places rise from bin to bin; else, beyond is below
   */
  private int beyond(int low, int to, int line, double place, boolean rising) {
    int high = to;
    int from = low;
    while (from < high) {
      int middle = (from + high) >>> 1;
      double there = start[middle] + line * slope[middle];
      if (rising ? there >= place : there < place) {
        high = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  private boolean rises(Run run, int line) {
    int last = run.to - 1;
    return start[last] + line * slope[last] >= start[run.from] + line * slope[run.from];
  }

  @Override
  public float[] project(float[] image, int channels) {
    requireLength(image, height * width * channels);
    var out = new float[rays() * channels];
    for (int channel = 0; channel < channels; channel++) {
      var columns = lines(image, channels, channel, true);
      var rows = lines(image, channels, channel, false);
      var sums = new float[rays()];
      runs.parallelStream().forEach(run -> project(run, run.columns ? columns : rows, sums));
      for (int ray = 0; ray < sums.length; ray++) {
        out[ray * channels + channel] = step[ray] * sums[ray];
      }
    }
    return out;
  }

  private void project(Run run, float[] lines, float[] sums) {
    int end = lineLength(run.columns) + 1;
    for (int line = 0; line < lineCount(run.columns); line++) {
      boolean rising = rises(run, line);
      int from = beyond(run.from, run.to, line, rising ? 0 : end, rising);
      int to = beyond(from, run.to, line, rising ? end : 0, rising);
      int base = line * (end + 1);
      for (int ray = from; ray < to; ray++) {
        double place = start[ray] + line * slope[ray];
        int at = (int) place;
        float near = lines[base + at];
        sums[ray] += near + (float) (place - at) * (lines[base + at + 1] - near);
      }
    }
  }

  @Override
  public float[] adjoint(float[] sinogram, int channels) {
    requireLength(sinogram, rays() * channels);
    var image = new float[height * width * channels];
    for (int channel = 0; channel < channels; channel++) {
      var rays = new float[rays()];
      for (int ray = 0; ray < rays.length; ray++) {
        rays[ray] = step[ray] * sinogram[ray * channels + channel];
      }
      int c = channel;
      for (boolean columns : new boolean[] {true, false}) {
        int bands = (lineCount(columns) + BAND - 1) / BAND;
        IntStream.range(0, bands)
            .parallel()
            .forEach(band -> addBand(rays, band * BAND, columns, image, channels, c));
      }
    }
    return image;
  }

  /** Adds what the runs along an axis give back to some columns or rows. */
  private void addBand(
      float[] rays, int first, boolean columns, float[] image, int channels, int channel) {
    int length = lineLength(columns) + 2;
    int count = Math.min(BAND, lineCount(columns) - first);
    // Neighbouring rays meet the same pixels. By turns they go to sums of their own, so that none
    // waits for the one before it.
    var even = new float[count * length];
    var odd = new float[count * length];
    for (Run run : runs) {
      if (run.columns == columns) {
        for (int line = 0; line < count; line++) {
          giveBack(run, rays, first + line, even, odd, line * length);
        }
      }
    }
    for (int line = 0; line < count; line++) {
      for (int i = 0; i < length - 2; i++) {
        int x = columns ? first + line : i;
        int y = columns ? i : first + line;
        int at = line * length + i + 1;
        image[(y * width + x) * channels + channel] += even[at] + odd[at];
      }
    }
  }

  private void giveBack(Run run, float[] rays, int line, float[] even, float[] odd, int base) {
    int end = lineLength(run.columns) + 1;
    boolean rising = rises(run, line);
    int from = beyond(run.from, run.to, line, rising ? 0 : end, rising);
    int to = beyond(from, run.to, line, rising ? end : 0, rising);
    int ray = from;
    for (; ray < to - 1; ray += 2) {
      giveBack(rays, ray, line, even, base);
      giveBack(rays, ray + 1, line, odd, base);
    }
    if (ray < to) {
      giveBack(rays, ray, line, even, base);
    }
  }

  private void giveBack(float[] rays, int ray, int line, float[] sums, int base) {
    double place = start[ray] + line * slope[ray];
    int at = (int) place;
    float far = (float) (place - at) * rays[ray];
    sums[base + at] += rays[ray] - far;
    sums[base + at + 1] += far;
  }

  @Override
  public float[] backProject(float[] filtered, int channels) {
    requireLength(filtered, rays() * channels);
    var image = new float[height * width * channels];
    for (int channel = 0; channel < channels; channel++) {
      // Each view between two zeros.
      var padded = new float[geometry.views() * (bins + 2)];
      for (int ray = 0; ray < rays(); ray++) {
        padded[ray / bins * (bins + 2) + ray % bins + 1] = filtered[ray * channels + channel];
      }
      int c = channel;
      IntStream.range(0, height)
          .parallel()
          .forEach(
              y -> {
                var row = backProjected(padded, y);
                for (int x = 0; x < width; x++) {
                  image[(y * width + x) * channels + c] = row[x];
                }
              });
    }
    return image;
  }

  private float[] backProjected(float[] padded, int row) {
    var sums = new float[width];
    var places = new double[width];
    var weights = new double[width];
    for (int view = 0; view < geometry.views(); view++) {
      geometry.seen(view, row, places, weights);
      int base = view * (bins + 2);
      for (int x = 0; x < width; x++) {
        double place = places[x] + 1;
        if (place >= 0 && place < bins + 1) {
          int at = (int) place;
          float near = padded[base + at];
          float value = near + (float) (place - at) * (padded[base + at + 1] - near);
          sums[x] += (float) weights[x] * value;
        }
      }
    }
    return sums;
  }

  private static void requireLength(float[] values, int length) {
    if (values.length != length) {
      throw new IllegalArgumentException("expected " + length + " values, got " + values.length);
    }
  }
}
