package org.deftstream.devstack.instruments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.deftstream.cli.TaskSample;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Segmentation;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.FileProblem;

/**
 * Discs with holes in a fan beam over a limited angle (Helsinki Tomography Challenge 2022). The
 * baselines are 256 pixels wide and have all bins of the detector, of which a task may join some;
 * every estimate is drawn to the 512 of the organisers' mask and cut at its own threshold (Otsu's).
 */
final class HoledDiscs implements Instrument {
  private static final int FINE = 256;
  private static final int MASK = 512;
  private static final double TOTAL_VARIATION = 1e-3;
  private static final int STEPS = 150;

  /** Standard deviation of rays through air. */
  private static final double AIR = 0.0043;

  /**
   * From what is left of the hardened beam to line integrals: fitted to the paths through the
   * challenge's disc without holes, at the attenuation of a thin layer, 0.0442 per mm.
   */
  private static final double[] HARDENED = {1.0582, -0.00736, 0.0751};

  private record Exposure(String disc, String file, String mask, int degrees) {
    String task() {
      return "discs/fan-" + degrees;
    }
  }

  private static final String TA_MASK = "htc2022_ta_full_recon_fbp_seg.png";
  private static final String TB_MASK = "tb_full_recon_fbp_seg.png";
  private static final List<Exposure> EXPOSURES =
      List.of(
          new Exposure("tb", "tb_subsample_30.mat", TB_MASK, 30),
          new Exposure("ta", "ta_category7.mat", TA_MASK, 30),
          new Exposure("tb", "tb_subsample_90.mat", TB_MASK, 90));

  @Override
  public String name() {
    return "htc2022";
  }

  @Override
  public List<String> tasks() {
    return EXPOSURES.stream().map(Exposure::task).distinct().toList();
  }

  @Override
  public List<Scan> scans(Map<String, Path> files, Map<String, Task> tasks) {
    var scans = new ArrayList<Scan>();
    var options =
        ReadOptions.STANDARD.of("sinogram").with(Map.of("angles", "parameters.angles"), Set.of());
    for (var exposure : EXPOSURES) {
      var task = tasks.get(exposure.task());
      if (task != null) {
        var sample =
            ImageFormats.read(files.get(exposure.file()), options)
                .samples()
                .get(0)
                .polynomial(HARDENED);
        var angles = Map.of("angles", sample.auxiliary().get("angles").squeezed());
        int bins = sample.values().shape()[1];
        int joined = bins / task.operator().measurementShape()[1];
        var values = sample.values().averaged(1, joined);
        scans.add(
            new Disc(
                exposure,
                sample.values().shape()[0],
                Records.of(
                    task,
                    "htc2022/disc-" + exposure.disc() + "-" + exposure.degrees() + ".npy",
                    values,
                    angles),
                Records.bound(task.operator(), values, angles),
                Records.bound(fine(task.operator(), bins), sample.values(), angles),
                sample.values().values(),
                mask(files.get(exposure.mask()))));
      }
    }
    return scans;
  }

  /** The same field in finer pixels and all bins of the detector, with the noise of its rays. */
  private static ForwardOperator fine(ForwardOperator operator, int bins) {
    var spec = operator.spec().<ObjectNode>deepCopy();
    double pixel = spec.get("pixelSize").doubleValue() * operator.imageShape().width() / FINE;
    double bin = spec.get("binSize").doubleValue() * operator.measurementShape()[1] / bins;
    spec.put("pixelSize", pixel).put("binSize", bin).put("detectorBins", bins);
    spec.putObject("noise").put("type", "gaussian").put("sigma", AIR);
    return Operators.create(spec, new ImageShape(FINE, FINE, 1));
  }

  private static boolean[] mask(Path file) {
    try {
      Raster raster = ImageIO.read(file.toFile()).getRaster();
      var mask = new boolean[MASK * MASK];
      for (int i = 0; i < mask.length; i++) {
        mask[i] = raster.getSample(i % MASK, i / MASK, 0) > 0;
      }
      return mask;
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + FileProblem.reason(e), e);
    }
  }

  private record Disc(
      Exposure exposure,
      int views,
      TaskSample record,
      ForwardOperator coarse,
      ForwardOperator fine,
      float[] all,
      boolean[] mask)
      implements Scan {

    @Override
    public String title() {
      return "Disc %s, %d views over %d degrees"
          .formatted(exposure.disc(), views, exposure.degrees());
    }

    @Override
    public String known() {
      return "The truth is the organisers' segmentation of a reconstruction from all 720 views.";
    }

    @Override
    public byte[] measured() {
      return Pictures.stretched(record.values(), record.shape()[1]);
    }

    @Override
    public Optional<byte[]> truth() {
      var values = new float[mask.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = mask[i] ? 1 : -1;
      }
      return Optional.of(Pictures.grey(values, MASK, -1, 1));
    }

    @Override
    public List<Estimate> baselines() {
      return ScanBaselines.of(fine, all, 1, TOTAL_VARIATION, STEPS);
    }

    @Override
    public List<Figure> figures(Estimate estimate) {
      boolean finer = estimate.shape().width() == FINE;
      return List.of(
          Figure.of("Matthews correlation", "", 3, matthews(estimate)),
          Figure.residual(
              finer
                  ? fine.residual(estimate.image(), all)
                  : coarse.residual(estimate.image(), record.values())));
    }

    private double matthews(Estimate estimate) {
      double threshold = Segmentation.otsu(estimate.image());
      var found = new boolean[mask.length];
      for (int i = 0; i < found.length; i++) {
        double at = (double) estimate.shape().width() / MASK;
        found[i] =
            Interpolation.at(
                    estimate.image(),
                    estimate.shape(),
                    (i / MASK + 0.5) * at - 0.5,
                    (i % MASK + 0.5) * at - 0.5)
                > threshold;
      }
      return Segmentation.matthews(found, mask);
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
