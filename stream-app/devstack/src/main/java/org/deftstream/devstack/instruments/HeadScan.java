package org.deftstream.devstack.instruments;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deftstream.cli.TaskSample;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.mri.CoilCalibration;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.variational.Fista;
import org.deftstream.deft.variational.WaveletSparsity;

/**
 * A head in eight coils, eightfold undersampled. Nobody has the full scan, so a tenth of the
 * samples is held out: an estimate is judged by how well it predicts them.
 */
final class HeadScan implements Instrument {
  static final String TASK = "brain/coils-8";
  private static final int HELD_OUT = 10;
  private static final long SEED = 7;
  private static final double SPARSITY = 0.0035;
  private static final int LEVELS = 4;
  private static final int STEPS = 80;

  @Override
  public String name() {
    return "mri-8coil";
  }

  @Override
  public List<String> tasks() {
    return List.of(TASK);
  }

  @Override
  public List<Scan> scans(Map<String, Path> files, Map<String, Task> tasks) {
    var task = tasks.get(TASK);
    var kSpace =
        ImageFormats.read(
                files.get("cartesian_ksp.npy"),
                ReadOptions.STANDARD.fitting(shape -> shape.length == 4))
            .samples()
            .get(0)
            .values();
    int[] shape = kSpace.shape(); // Coils x height x width.
    var scan = CoilCalibration.of(kSpace.values(), shape[0], shape[1], shape[2]);
    var taken = scan.mask().clone();
    var held = new float[taken.length];
    var random = new Random(SEED);
    for (int i = 0; i < taken.length; i++) {
      if (taken[i] > 0 && random.nextInt(HELD_OUT) == 0) {
        taken[i] = 0;
        held[i] = 1;
      }
    }
    var operator = Records.bound(task.operator(), values(scan, shape), inputs(scan, taken, shape));
    var left = Records.bound(task.operator(), values(scan, shape), inputs(scan, held, shape));
    var sent = NumericArray.of(operator.measured(scan.values()), values(scan, shape).shape());
    return List.of(
        new Slice(
            Records.of(task, "mri-8coil/head.npy", sent, inputs(scan, taken, shape)),
            operator,
            left,
            left.measured(scan.values())));
  }

  private static NumericArray values(CoilCalibration scan, int[] shape) {
    return NumericArray.of(scan.values(), shape[0], shape[1], shape[2], 2);
  }

  private static Map<String, NumericArray> inputs(CoilCalibration scan, float[] mask, int[] shape) {
    return Map.of(
        "sensitivities",
        NumericArray.of(scan.sensitivities(), shape[0], shape[1], shape[2], 2),
        "mask",
        NumericArray.of(mask, shape[1], shape[2]),
        "sigma",
        NumericArray.of(new float[] {(float) scan.sigma()}, 1));
  }

  private record Slice(
      TaskSample record, ForwardOperator operator, ForwardOperator heldOut, float[] unseen)
      implements Scan {

    @Override
    public String title() {
      return "One slice, %d x %d".formatted(record.image().height(), record.image().width());
    }

    @Override
    public String known() {
      return "Nobody has the truth here: a tenth of the samples was held out, and is predicted.";
    }

    /** The first coil's k-space. */
    @Override
    public byte[] measured() {
      var moduli = new float[record.image().height() * record.image().width()];
      for (int i = 0; i < moduli.length; i++) {
        double modulus = Math.hypot(record.values()[2 * i], record.values()[2 * i + 1]);
        moduli[i] = (float) Math.log1p(100 * modulus);
      }
      return Pictures.stretched(moduli, record.image().width());
    }

    @Override
    public List<Estimate> baselines() {
      float[] y = record.values();
      float[] zeroFilled = operator.pseudoInverse(y);
      var shape = operator.imageShape();
      return List.of(
          Estimate.of("zero-filled", zeroFilled, shape),
          Estimate.of(
              "l1-wavelet",
              Fista.reconstruct(
                  operator, y, new WaveletSparsity(shape, LEVELS, 1), SPARSITY, zeroFilled, STEPS),
              shape));
    }

    @Override
    public List<Figure> figures(Estimate estimate) {
      return List.of(
          Figure.of(
              "held-out samples", "of the noise", 2, heldOut.residual(estimate.image(), unseen)),
          Figure.residual(operator.residual(estimate.image(), record.values())));
    }

    @Override
    public byte[] picture(Estimate estimate) {
      return Pictures.grey(moduli(estimate.image()), record.image().width(), 0, 1);
    }

    @Override
    public byte[] deviation(Answer answer) {
      return Pictures.map(moduli(answer.deviation()), record.image().width());
    }

    private static float[] moduli(float[] pairs) {
      var moduli = new float[pairs.length / 2];
      for (int i = 0; i < moduli.length; i++) {
        moduli[i] = (float) Math.hypot(pairs[2 * i], pairs[2 * i + 1]);
      }
      return moduli;
    }
  }
}
