package org.deftstream.devstack.instruments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.deftstream.cli.Source;
import org.deftstream.cli.TaskSample;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.PhysicalUnits;
import org.deftstream.deft.task.Task;

/**
 * Slices of clinical scanners, measured again by computation: few views of them, with noise. The
 * answer is a DICOM file in Hounsfield units at the place of the slice.
 */
final class ClinicalCt implements Instrument {
  static final String TASK = "ct/sparse-60-512";
  private static final IntensityScale WINDOW = IntensityScale.window(-1024, 2048, "HU");
  private static final long SEED = 1;
  private static final double TOTAL_VARIATION = 1e-4;
  private static final int STEPS = 80;

  /** From fat to enhanced vessels. */
  private static final double SOFT_LEAST = -200;

  private static final double SOFT_MOST = 300;

  @Override
  public String name() {
    return "ct-512";
  }

  @Override
  public List<String> tasks() {
    return List.of(TASK);
  }

  @Override
  public List<Scan> scans(Map<String, Path> files, Map<String, Task> tasks) {
    var task = tasks.get(TASK);
    var operator = task.operator();
    var scans = new ArrayList<Scan>();
    for (var file : new TreeMap<>(files).entrySet()) {
      var slice = ImageFormats.read(file.getValue(), ReadOptions.STANDARD).samples().get(0);
      var truth = new float[slice.values().size()];
      for (int i = 0; i < truth.length; i++) {
        double value = WINDOW.toImage(slice.values().values()[i]);
        truth[i] = (float) Math.max(-1, Math.min(1, value)); // Some scanners pad with -3024.
      }
      float[] y = operator.simulate(truth, new SplittableRandom(SEED ^ file.getKey().hashCode()));
      scans.add(
          new Slice(
              file.getKey(),
              Records.of(
                  task,
                  new Source("ct-512/" + file.getKey(), "dicom", 0, 1),
                  NumericArray.of(
                      PhysicalUnits.toPhysical(operator, y, WINDOW), operator.measurementShape()),
                  Map.of(),
                  Optional.of(WINDOW),
                  slice.geometry()),
              operator,
              y,
              truth));
    }
    return scans;
  }

  private record Slice(
      String file, TaskSample record, ForwardOperator operator, float[] y, float[] truthImage)
      implements Scan {

    @Override
    public String title() {
      return "%s, %d views".formatted(file, record.shape()[0]);
    }

    @Override
    public String known() {
      return "The truth is the slice as the scanner's own program reconstructed it.";
    }

    @Override
    public byte[] measured() {
      return Pictures.stretched(y, record.shape()[1]);
    }

    @Override
    public Optional<byte[]> truth() {
      return Optional.of(grey(truthImage));
    }

    @Override
    public List<Estimate> baselines() {
      return ScanBaselines.of(operator, y, 1, TOTAL_VARIATION, STEPS);
    }

    @Override
    public List<Figure> figures(Estimate estimate) {
      return List.of(
          Figure.of("error", "HU", 1, error(estimate.image(), -1024, 2048)),
          Figure.of(
              "error in soft tissue", "HU", 1, error(estimate.image(), SOFT_LEAST, SOFT_MOST)),
          Figure.residual(operator.residual(estimate.image(), y)));
    }

    /** Root mean square over the pixels whose truth lies within. */
    private double error(float[] image, double least, double most) {
      double squares = 0;
      int count = 0;
      for (int i = 0; i < image.length; i++) {
        double truth = WINDOW.toPhysical(truthImage[i]);
        if (truth >= least && truth <= most) {
          double error = WINDOW.slope() * ((double) image[i] - truthImage[i]);
          squares += error * error;
          count++;
        }
      }
      return Math.sqrt(squares / count);
    }

    @Override
    public byte[] picture(Estimate estimate) {
      return grey(estimate.image());
    }

    /** A window that shows lungs, soft tissue and bone. */
    private byte[] grey(float[] image) {
      return Pictures.grey(
          image, record.image().width(), WINDOW.toImage(-1000), WINDOW.toImage(600));
    }

    @Override
    public byte[] deviation(Answer answer) {
      return Pictures.map(answer.deviation(), record.image().width());
    }
  }
}
