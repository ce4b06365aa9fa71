package org.deftstream.deft.operator.tomography;

import org.deftstream.deft.linalg.SparseMatrix;
import org.deftstream.deft.operator.tomography.RayLines.Run;

/**
 * Follows rays through {@link SparseMatrix#LANES} images at once: where a ray meets a line is
 * worked out once for all of them. Values of the images, and of their sinograms, are interleaved:
 * value i of image j is at {@code i * LANES + j}. Every image's numbers are to the bit those of
 * {@link RayProjector}. Immutable and thread-safe.
 */
final class RayLanes {
  private static final int LANES = SparseMatrix.LANES;

  /** Lines that the adjoint sums together, so that they stay near the processor. */
  private static final int BAND = 2;

  private final RayLines rays;

  RayLanes(RayLines rays) {
    this.rays = rays;
  }

  /** Line integrals of images, into sinograms. */
  void project(float[] images, float[] sinograms) {
    var columns = lines(images, true);
    var rows = lines(images, false);
    rays.runs().parallelStream()
        .forEach(run -> project(run, run.columns() ? columns : rows, sinograms));
  }

  /** Column after column or row after row, each between two zeros. */
  private float[] lines(float[] images, boolean columns) {
    int width = rays.width();
    int length = rays.lineLength(columns);
    var lines = new float[rays.lineCount(columns) * length * LANES];
    for (int y = 0; y < rays.height(); y++) {
      for (int x = 0; x < width; x++) {
        int to = columns ? x * length + y + 1 : y * length + x + 1;
        System.arraycopy(images, (y * width + x) * LANES, lines, to * LANES, LANES);
      }
    }
    return lines;
  }

  private void project(Run run, float[] lines, float[] sinograms) {
    java.util.Arrays.fill(sinograms, run.from() * LANES, run.to() * LANES, 0);
    rays.meet(run, (line, from, to, base) -> gather(lines, line, base, from, to, sinograms));
    for (int ray = run.from(); ray < run.to(); ray++) {
      float step = rays.step(ray);
      for (int lane = 0; lane < LANES; lane++) {
        sinograms[ray * LANES + lane] *= step;
      }
    }
  }

  private void gather(float[] lines, int line, int base, int from, int to, float[] sinograms) {
    for (int ray = from; ray < to; ray++) {
      double place = rays.place(ray, line);
      int at = (int) place;
      gather(lines, (base + at) * LANES, (float) (place - at), sinograms, ray * LANES);
    }
  }

  private static void gather(float[] lines, int near, float far, float[] sums, int to) {
    for (int lane = 0; lane < LANES; lane++) {
      float value = lines[near + lane];
      sums[to + lane] += value + far * (lines[near + LANES + lane] - value);
    }
  }

  /** What sinograms give back, into images. */
  void adjoint(float[] sinograms, float[] images) {
    java.util.Arrays.fill(images, 0);
    var steps = new float[sinograms.length];
    for (int ray = 0; ray < rays.rays(); ray++) {
      float step = rays.step(ray);
      for (int lane = 0; lane < LANES; lane++) {
        steps[ray * LANES + lane] = step * sinograms[ray * LANES + lane];
      }
    }
    rays.bands(BAND, band -> addBand(steps, band, images));
  }

  private void addBand(float[] steps, RayLines.Band band, float[] images) {
    // Two sums, as RayProjector has them, so that the bits are the same.
    var even = new float[band.size() * LANES];
    var odd = new float[band.size() * LANES];
    band.meet((line, from, to, base) -> giveBack(steps, line, from, to, even, odd, base));
    band.pixels((pixel, at) -> addPixel(images, pixel * LANES, even, odd, at * LANES));
  }

  private static void addPixel(float[] images, int to, float[] even, float[] odd, int at) {
    for (int lane = 0; lane < LANES; lane++) {
      images[to + lane] += even[at + lane] + odd[at + lane];
    }
  }

  private void giveBack(
      float[] steps, int line, int from, int to, float[] even, float[] odd, int base) {
    for (int ray = from; ray < to; ray++) {
      double place = rays.place(ray, line);
      int at = (int) place;
      float[] sums = (ray - from) % 2 == 0 ? even : odd;
      scatter(steps, ray * LANES, (float) (place - at), sums, (base + at) * LANES);
    }
  }

  private static void scatter(float[] steps, int from, float far, float[] sums, int near) {
    for (int lane = 0; lane < LANES; lane++) {
      float beyond = far * steps[from + lane];
      sums[near + lane] += steps[from + lane] - beyond;
      sums[near + LANES + lane] += beyond;
    }
  }
}
