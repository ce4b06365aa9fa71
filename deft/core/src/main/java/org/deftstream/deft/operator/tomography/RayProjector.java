package org.deftstream.deft.operator.tomography;

import java.util.stream.IntStream;
import org.deftstream.deft.operator.tomography.RayLines.Run;

/**
 * A {@link Projector} that follows the rays of any {@link ScanGeometry} as it goes and keeps
 * nothing but where they meet it. The numbers are those of {@link StoredProjector} up to rounding.
 *
 * <p>Runs of rays ({@link RayLines}) are spread over the common pool, and for the adjoint bands of
 * columns and rows, each summed in the order of the runs: the bits do not depend on the number of
 * processors.
 */
final class RayProjector implements Projector {
  /** Columns or rows that the adjoint sums together, so that they stay in the first cache. */
  private static final int BAND = 8;

  private final ScanGeometry geometry;
  private final int height;
  private final int width;
  private final int bins;
  private final RayLines rays;
  private final RayLanes lanes;

  RayProjector(ScanGeometry geometry) {
    this.geometry = geometry;
    height = geometry.shape().height();
    width = geometry.shape().width();
    bins = geometry.bins();
    rays = new RayLines(geometry);
    lanes = new RayLanes(rays);
  }

  @Override
  public int rays() {
    return rays.rays();
  }

  /** The pixels of a channel, column after column or row after row, each between two zeros. */
  private float[] lines(float[] image, int channels, int channel, boolean columns) {
    int length = rays.lineLength(columns);
    var lines = new float[rays.lineCount(columns) * length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        float value = image[(y * width + x) * channels + channel];
        lines[columns ? x * length + y + 1 : y * length + x + 1] = value;
      }
    }
    return lines;
  }

  @Override
  public float[] project(float[] image, int channels) {
    requireLength(image, height * width * channels);
    var out = new float[rays() * channels];
    for (int channel = 0; channel < channels; channel++) {
      var columns = lines(image, channels, channel, true);
      var rows = lines(image, channels, channel, false);
      var sums = new float[rays()];
      rays.runs().parallelStream()
          .forEach(run -> project(run, run.columns() ? columns : rows, sums));
      for (int ray = 0; ray < sums.length; ray++) {
        out[ray * channels + channel] = rays.step(ray) * sums[ray];
      }
    }
    return out;
  }

  private void project(Run run, float[] lines, float[] sums) {
    rays.meet(run, (line, from, to, base) -> gather(lines, line, base, from, to, sums));
  }

  private void gather(float[] lines, int line, int base, int from, int to, float[] sums) {
    for (int ray = from; ray < to; ray++) {
      double place = rays.place(ray, line);
      int at = (int) place;
      float near = lines[base + at];
      sums[ray] += near + (float) (place - at) * (lines[base + at + 1] - near);
    }
  }

  @Override
  public void projectLanes(float[] images, float[] sinograms) {
    lanes.project(images, sinograms);
  }

  @Override
  public void adjointLanes(float[] sinograms, float[] images) {
    lanes.adjoint(sinograms, images);
  }

  @Override
  public float[] adjoint(float[] sinogram, int channels) {
    requireLength(sinogram, rays() * channels);
    var image = new float[height * width * channels];
    for (int channel = 0; channel < channels; channel++) {
      var steps = new float[rays()];
      for (int ray = 0; ray < steps.length; ray++) {
        steps[ray] = rays.step(ray) * sinogram[ray * channels + channel];
      }
      int c = channel;
      rays.bands(BAND, band -> addBand(steps, band, image, channels, c));
    }
    return image;
  }

  /** Adds what the runs along an axis give back to some columns or rows. */
  private void addBand(
      float[] steps, RayLines.Band band, float[] image, int channels, int channel) {
    // Neighbouring rays meet the same pixels. By turns they go to sums of their own, so that none
    // waits for the one before it.
    var even = new float[band.size()];
    var odd = new float[band.size()];
    band.meet((line, from, to, base) -> giveBack(steps, line, from, to, even, odd, base));
    band.pixels((pixel, at) -> image[pixel * channels + channel] += even[at] + odd[at]);
  }

  private void giveBack(
      float[] steps, int line, int from, int to, float[] even, float[] odd, int base) {
    int ray = from;
    for (; ray < to - 1; ray += 2) {
      giveBack(steps, ray, line, even, base);
      giveBack(steps, ray + 1, line, odd, base);
    }
    if (ray < to) {
      giveBack(steps, ray, line, even, base);
    }
  }

  private void giveBack(float[] steps, int ray, int line, float[] sums, int base) {
    double place = rays.place(ray, line);
    int at = (int) place;
    float far = (float) (place - at) * steps[ray];
    sums[base + at] += steps[ray] - far;
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
