package org.deftstream.devstack.instruments;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deftstream.cli.TaskSample;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.task.Task;

/**
 * A tooth at a synchrotron: every eighth of 181 views, held against the filtered back-projection of
 * all. Detector pixels are joined in pairs, so that the image has 320 x 320.
 */
final class Tooth implements Instrument {
  static final String TASK = "ct/tooth-23";
  private static final int EVERY = 8;
  private static final int STEPS = 150;

  /** In units of the attenuation that is white, and so the same whatever a task calls white. */
  private static final double TOTAL_VARIATION = 1e-3;

  /** Larger than any attenuation in the scan, per half the width of the image. */
  private static final double MOST_ATTENUATION = 15;

  /** The box about the object, in rows and columns of 320. */
  private static final int[] BOX = {75, 230, 95, 235};

  /** The same of the pictures, with some air about it. */
  private static final int[] CUT = {60, 245, 72, 257};

  private static final double PEAK = 0.999;

  @Override
  public String name() {
    return "tooth";
  }

  @Override
  public List<String> tasks() {
    return List.of(TASK);
  }

  @Override
  public List<Scan> scans(Map<String, Path> files, Map<String, Task> tasks) {
    var task = tasks.get(TASK);
    var row = ImageFormats.read(files.get("tooth.h5"), ReadOptions.STANDARD).samples().get(0);
    float[] degrees = row.auxiliary().get("theta").values();
    var full = row.values().averaged(1, 2);
    float[] all = full.values();
    int bins = full.shape()[1];
    int[] picked = IntStream.iterate(0, i -> i < degrees.length, i -> i + EVERY).toArray();
    var few = new float[picked.length];
    var y = new float[picked.length * bins];
    for (int i = 0; i < picked.length; i++) {
      few[i] = degrees[picked[i]];
      System.arraycopy(all, picked[i] * bins, y, i * bins, bins);
    }
    var values = NumericArray.of(y, few.length, bins);
    var angles = Map.of("angles", NumericArray.of(few, few.length));
    return List.of(
        new FewViews(
            degrees.length,
            Records.of(task, "tooth/tooth-23.npy", values, angles),
            Records.bound(task.operator(), values, angles),
            Records.bound(
                    task.operator(),
                    full,
                    Map.of("angles", NumericArray.of(degrees, degrees.length)))
                .pseudoInverse(all)));
  }

  /**
   * Decibels of an image against a reference in a box, of the 99.9th percentile of the reference
   * there; images are in [-1, 1], -1 being nothing.
   *
   * @param box first row, row behind the last, and the same of the columns
   */
  static double decibels(float[] image, float[] reference, int width, int[] box) {
    var inside = new float[(box[1] - box[0]) * (box[3] - box[2])];
    double squares = 0;
    for (int i = 0; i < inside.length; i++) {
      int at = (box[0] + i / (box[3] - box[2])) * width + box[2] + i % (box[3] - box[2]);
      double error = (double) image[at] - reference[at];
      squares += error * error;
      inside[i] = reference[at] + 1;
    }
    Arrays.sort(inside);
    double peak = inside[(int) (PEAK * (inside.length - 1))];
    return 10 * Math.log10(peak * peak * inside.length / squares);
  }

  private record FewViews(int views, TaskSample record, ForwardOperator operator, float[] reference)
      implements Scan {

    @Override
    public String title() {
      return "%d of %d views".formatted(record.shape()[0], views);
    }

    @Override
    public String known() {
      return "The truth is the filtered back-projection of all %d views.".formatted(views);
    }

    @Override
    public byte[] measured() {
      return Pictures.stretched(record.values(), record.shape()[1]);
    }

    @Override
    public Optional<byte[]> truth() {
      return Optional.of(grey(reference));
    }

    @Override
    public List<Estimate> baselines() {
      double white = operator.intensities().orElseThrow().high();
      double most = 2 * MOST_ATTENUATION / white - 1;
      return ScanBaselines.of(operator, record.values(), most, TOTAL_VARIATION * white, STEPS);
    }

    @Override
    public List<Figure> figures(Estimate estimate) {
      return List.of(
          Figure.of(
              "against all views",
              "dB",
              1,
              decibels(estimate.image(), reference, estimate.shape().width(), BOX)),
          Figure.residual(operator.residual(estimate.image(), record.values())));
    }

    @Override
    public byte[] picture(Estimate estimate) {
      return grey(estimate.image());
    }

    /** What is about the object, all on the scale of the reference. */
    private byte[] grey(float[] image) {
      float most = -1;
      for (float value : reference) {
        most = Math.max(most, value);
      }
      return Pictures.grey(cut(image), CUT[3] - CUT[2], -1, -1 + 0.9 * (most + 1));
    }

    private float[] cut(float[] image) {
      int width = CUT[3] - CUT[2];
      var out = new float[(CUT[1] - CUT[0]) * width];
      for (int i = 0; i < out.length; i++) {
        out[i] = image[(CUT[0] + i / width) * record.image().width() + CUT[2] + i % width];
      }
      return out;
    }

    @Override
    public byte[] deviation(Answer answer) {
      return Pictures.map(cut(answer.deviation()), CUT[3] - CUT[2]);
    }
  }
}
