package org.deftstream.deft.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.metrics.Ssim;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.training.ImageSet;

/**
 * Methods compared on the same images, measurements and seeds. Measurements are simulated once,
 * from a seed; every method reconstructs the same ones through the engine that serves. Not
 * thread-safe.
 */
public final class Evaluation {
  private final List<float[]> truths = new ArrayList<>();
  private final List<BoundMeasurement> measurements = new ArrayList<>();
  private final ForwardOperator operator;
  private final Prior prior;
  private final Engine engine;

  /**
   * Figures of one method, one value for each image.
   *
   * @param psnr of the mean, data range 2, in dB
   * @param ssim of the mean, data range 2
   * @param secondsPerImage wall time of all images divided by their number
   */
  @SuppressWarnings("ArrayRecordComponent") // made for reading
  public record Figures(double[] psnr, double[] ssim, double secondsPerImage) {}

  /**
   * Simulates a measurement of every image.
   *
   * @param engine evaluates the methods; stays open
   */
  public Evaluation(
      Engine engine, Prior prior, ForwardOperator operator, ImageSet images, long seed) {
    this.engine = engine;
    this.prior = prior;
    this.operator = operator;
    for (int i = 0; i < images.size(); i++) {
      var random = new SplittableRandom(seed * 1_000_003 + i);
      float[] truth = images.image(i, false);
      var bound = operator.bind(operator.drawAuxiliary(random));
      truths.add(truth);
      measurements.add(BoundMeasurement.of(bound, bound.simulate(truth, random)));
    }
  }

  /** The pseudo-inverse (CT: filtered back-projection) of every measurement. */
  public Figures pseudoInverse() {
    long begun = System.nanoTime();
    var estimates = new ArrayList<float[]>();
    for (var m : measurements) {
      estimates.add(m.operator().pseudoInverse(m.measurement()));
    }
    return figures(estimates, begun);
  }

  /**
   * Samples the posterior of every measurement.
   *
   * @param done called with the number of finished images
   */
  public Figures sample(HTransform hTransform, SamplerSettings sampler, IntConsumer done) {
    long begun = System.nanoTime();
    var futures = new ArrayList<CompletableFuture<Reconstruction>>();
    for (int i = 0; i < measurements.size(); i++) {
      futures.add(
          engine.submit(
              new ReconstructionRequest(
                  "evaluation-" + i, prior, hTransform, measurements.get(i), sampler, 0, null)));
    }
    var estimates = new ArrayList<float[]>();
    for (var future : futures) {
      estimates.add(future.join().mean());
      done.accept(estimates.size());
    }
    return figures(estimates, begun);
  }

  private Figures figures(List<float[]> estimates, long begun) {
    double seconds = (System.nanoTime() - begun) / 1e9 / estimates.size();
    var psnr = new double[estimates.size()];
    var ssim = new double[estimates.size()];
    for (int i = 0; i < psnr.length; i++) {
      psnr[i] = Psnr.of(estimates.get(i), truths.get(i));
      ssim[i] = Ssim.of(estimates.get(i), truths.get(i), operator.imageShape());
    }
    return new Figures(psnr, ssim, seconds);
  }
}
