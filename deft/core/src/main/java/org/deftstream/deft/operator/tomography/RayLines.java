package org.deftstream.deft.operator.tomography;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Where the rays of a scan meet the columns and rows of an image, by Joseph's method: a ray steps
 * through the columns or the rows, whichever it crosses more steeply, and lies between two pixels
 * of each. The rays of a view that step along the same axis are a {@link Run}, which meets a line,
 * a column or row, at places that rise or fall from bin to bin. Immutable and thread-safe.
 */
final class RayLines {
  private final int height;
  private final int width;
  private final int rays;
  private final double pixel;
  private final List<Run> runs = new ArrayList<>();
  private final double[] start;
  private final double[] slope;
  private final float[] step;

  /** Neighbouring rays, from and to counted over all views, that step along the same axis. */
  record Run(boolean columns, int from, int to) {}

  RayLines(ScanGeometry geometry) {
    height = geometry.shape().height();
    width = geometry.shape().width();
    pixel = geometry.pixel();
    int bins = geometry.bins();
    rays = geometry.views() * bins;
    start = new double[rays];
    slope = new double[rays];
    step = new float[rays];
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
    step[ray] = (float) (pixel * Math.hypot(line[2], line[3]) / Math.abs(along));
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

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  /** Number of rays: views times bins. */
  int rays() {
    return rays;
  }

  List<Run> runs() {
    return runs;
  }

  /** Length of a step along a ray. */
  float step(int ray) {
    return step[ray];
  }

  /** Where a ray meets a line, counted from a zero before its first pixel. */
  double place(int ray, int line) {
    return start[ray] + line * slope[ray];
  }

  /** Columns or rows. */
  int lineCount(boolean columns) {
    return columns ? width : height;
  }

  /** Values of a column or row between two zeros. */
  int lineLength(boolean columns) {
    return (columns ? height : width) + 2;
  }

  /** What is done with the neighbouring rays of a run that meet a line. */
  interface Meeting {
    /**
     * Rays of a line.
     *
     * @param from the first ray
     * @param to behind the last one
     * @param base where the line begins, among lines one after another
     */
    void of(int line, int from, int to, int base);
  }

  /** Goes through all lines along the axis of a run, with its rays that meet each. */
  void meet(Run run, Meeting meeting) {
    new Band(run.columns, 0, lineCount(run.columns)).meet(run, meeting);
  }

  /** Takes the lines in bands, in parallel: all columns, and then all rows. */
  void bands(int lines, Consumer<Band> sum) {
    for (boolean columns : new boolean[] {true, false}) {
      int count = lineCount(columns);
      IntStream.range(0, (count + lines - 1) / lines)
          .parallel()
          .map(band -> band * lines)
          .forEach(first -> sum.accept(new Band(columns, first, Math.min(lines, count - first))));
    }
  }

  /** Neighbouring columns or rows, one after another. */
  final class Band {
    private final boolean columns;
    private final int first;
    private final int count;

    private Band(boolean columns, int first, int count) {
      this.columns = columns;
      this.first = first;
      this.count = count;
    }

    /** Values of its lines, each between two zeros. */
    int size() {
      return count * lineLength(columns);
    }

    /** Goes through its lines with the rays that meet them, run after run. */
    void meet(Meeting meeting) {
      for (Run run : runs) {
        if (run.columns == columns) {
          meet(run, meeting);
        }
      }
    }

    private void meet(Run run, Meeting meeting) {
      int length = lineLength(columns);
      for (int line = first; line < first + count; line++) {
        int from = first(run, line);
        meeting.of(line, from, end(run, line, from), (line - first) * length);
      }
    }

    /** Goes through its pixels: where each is in an image, and where among the band's values. */
    void pixels(Pixel each) {
      int length = lineLength(columns);
      for (int line = 0; line < count; line++) {
        for (int i = 0; i < length - 2; i++) {
          int x = columns ? first + line : i;
          int y = columns ? i : first + line;
          each.of(y * width + x, line * length + i + 1);
        }
      }
    }
  }

  /** What is done with a pixel. */
  interface Pixel {
    /** The pixel of the image, and its place in a band. */
    void of(int pixel, int at);
  }

  /** First ray of a run that meets a line between its pixels or beside an outer one. */
  private int first(Run run, int line) {
    boolean rising = rises(run, line);
    int end = lineLength(run.columns) - 1;
    return beyond(run.from, run.to, line, rising ? 0 : end, rising);
  }

  /** First ray of a run behind the last one that does. */
  private int end(Run run, int line, int first) {
    boolean rising = rises(run, line);
    int end = lineLength(run.columns) - 1;
    return beyond(first, run.to, line, rising ? end : 0, rising);
  }

  private boolean rises(Run run, int line) {
    return place(run.to - 1, line) >= place(run.from, line);
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
      double there = place(middle, line);
      if (rising ? there >= place : there < place) {
        high = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }
}
