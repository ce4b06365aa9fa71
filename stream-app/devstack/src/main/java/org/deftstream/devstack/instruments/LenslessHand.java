package org.deftstream.devstack.instruments;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deftstream.cli.TaskSample;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.imaging.LensCalibration;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.variational.Fista;
import org.deftstream.deft.variational.TotalVariation;

/**
 * A hand behind a diffuser. The sensor is grey and averaged over 4 x 4 pixels; the prior of CT
 * slices serves as one of grey pictures.
 */
final class LenslessHand implements Instrument {
  static final String TASK = "ct/lensless";
  private static final int JOINED = 4;
  private static final int STEPS = 150;

  @Override
  public String name() {
    return "diffusercam";
  }

  @Override
  public List<String> tasks() {
    return List.of(TASK);
  }

  @Override
  public List<Scan> scans(Map<String, Path> files, Map<String, Task> tasks) {
    var task = tasks.get(TASK);
    var raw = averaged(files.get("rawdata_hand_sample.tif"));
    var point = averaged(files.get("psf_sample.tif"));
    var calibrated =
        LensCalibration.of(raw.values(), point.values(), raw.shape()[0], raw.shape()[1]);
    var auxiliary =
        Map.of(
            "psf",
            NumericArray.of(calibrated.psf(), raw.shape()),
            "brightness",
            NumericArray.of(new float[] {(float) calibrated.brightness()}, 1));
    var operator = task.operator().bind(Records.inputs(auxiliary));
    var values = NumericArray.of(calibrated.values(), raw.shape()[0], raw.shape()[1], 1);
    return List.of(
        new Exposure(
            Records.of(task, "diffusercam/hand.npy", values, auxiliary),
            operator,
            calibrated.values()));
  }

  private static NumericArray averaged(Path file) {
    return ImageFormats.read(file, ReadOptions.STANDARD)
        .samples()
        .get(0)
        .values()
        .averaged(JOINED, JOINED);
  }

  private record Exposure(TaskSample record, ForwardOperator operator, float[] values)
      implements Scan {

    @Override
    public String title() {
      return "One exposure, %d x %d".formatted(record.image().height(), record.image().width());
    }

    @Override
    public String known() {
      return "Nobody has the truth here.";
    }

    @Override
    public byte[] measured() {
      return Pictures.stretched(values, record.image().width());
    }

    @Override
    public List<Estimate> baselines() {
      var dark = new float[values.length];
      Arrays.fill(dark, -1);
      var shape = operator.imageShape();
      var bounds = new TotalVariation(shape, -1, Double.POSITIVE_INFINITY, 1);
      return List.of(
          Estimate.of(
              "FISTA, %d steps".formatted(STEPS),
              Fista.reconstruct(operator, values, bounds, 0, dark, STEPS),
              shape));
    }

    @Override
    public Estimate posterior(Answer answer) {
      return Estimate.of("posterior mean", answer.mean(), operator.imageShape());
    }

    @Override
    public List<Figure> figures(Estimate estimate) {
      double rest = norm(operator.unexplained(estimate.image(), values)) / norm(values);
      return List.of(
          Figure.of("part of the reading's norm that is left", "%", 2, 100 * rest),
          Figure.residual(operator.residual(estimate.image(), values)));
    }

    private static double norm(float[] values) {
      double sum = 0;
      for (float value : values) {
        sum += (double) value * value;
      }
      return Math.sqrt(sum);
    }

    @Override
    public byte[] picture(Estimate estimate) {
      return Pictures.grey(estimate.image(), estimate.shape().width(), -1, 1);
    }

    @Override
    public byte[] deviation(Answer answer) {
      return Pictures.map(answer.deviation(), record.image().width());
    }
  }
}
