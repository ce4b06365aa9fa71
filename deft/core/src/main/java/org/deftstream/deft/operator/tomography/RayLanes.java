package org.deftstream.deft.operator.tomography;

import java.util.stream.IntStream;
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
    int length = rays.lineLength(columns) + 2;
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
    int length = rays.lineLength(run.columns()) + 2;
    for (int line = 0; line < rays.lineCount(run.columns()); line++) {
      int from = rays.first(run, line);
      int to = rays.end(run, line, from);
      int base = line * length;
      for (int ray = from; ray < to; ray++) {
        double place = rays.place(ray, line);
        int at = (int) place;
        gather(lines, (base + at) * LANES, (float) (place - at), sinograms, ray * LANES);
      }
    }
    for (int ray = run.from(); ray < run.to(); ray++) {
      float step = rays.step(ray);
      for (int lane = 0; lane < LANES; lane++) {
        sinograms[ray * LANES + lane] *= step;
      }
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
    for (boolean columns : new boolean[] {true, false}) {
      int bands = (rays.lineCount(columns) + BAND - 1) / BAND;
      IntStream.range(0, bands)
          .parallel()
          .forEach(band -> addBand(steps, band * BAND, columns, images));
    }
  }

  private void addBand(float[] steps, int first, boolean columns, float[] images) {
    int length = rays.lineLength(columns) + 2;
    int count = Math.min(BAND, rays.lineCount(columns) - first);
    // Two sums, as RayProjector has them, so that the bits are the same.
    var even = new float[count * length * LANES];
    var odd = new float[count * length * LANES];
    for (Run run : rays.runs()) {
      if (run.columns() == columns) {
        for (int line = 0; line < count; line++) {
          giveBack(run, steps, first + line, even, odd, line * length);
        }
      }
    }
    for (int line = 0; line < count; line++) {
      for (int i = 0; i < length - 2; i++) {
        int x = columns ? first + line : i;
        int y = columns ? i : first + line;
        int to = (y * rays.width() + x) * LANES;
        int at = (line * length + i + 1) * LANES;
        for (int lane = 0; lane < LANES; lane++) {
          images[to + lane] += even[at + lane] + odd[at + lane];
        }
      }
    }
  }

  private void giveBack(Run run, float[] steps, int line, float[] even, float[] odd, int base) {
    int from = rays.first(run, line);
    int to = rays.end(run, line, from);
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
