package org.deftstream.trainer.gate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineBrokenException;
import org.deftstream.deft.engine.EngineClosedException;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.trainer.pairs.ValidationPair;

/**
 * Lets a contender reconstruct the validation pairs on the engine that also serves. The noise
 * follows from the pair's id and the sampler, so contenders with the same sampler get the same.
 *
 * @param engine the engine
 * @param prior the task's prior
 * @param pairs the validation pairs
 * @param timeout longest wait for one pair after the one before
 */
public record ContenderRun(
    Engine engine, Prior prior, List<ValidationPair> pairs, Duration timeout) {
  /** Images that are kept, to look at. */
  private static final int IMAGES = 6;

  /**
   * Runs one contender.
   *
   * @param name what messages call it
   * @throws UserError if the engine itself is at fault or does not answer, not the contender
   */
  public ContenderScores run(String name, HTransform hTransform, SamplerSettings sampler) {
    var futures = new ArrayList<CompletableFuture<Reconstruction>>();
    for (var pair : pairs) {
      futures.add(
          engine.submit(
              new ReconstructionRequest(
                  "validation-" + pair.id(),
                  prior,
                  hTransform,
                  pair.measurement(),
                  sampler,
                  0,
                  null)));
    }
    var psnr = new double[pairs.size()];
    var residual = new double[pairs.size()];
    var failures = new ArrayList<String>();
    var images = new ArrayList<float[]>();
    var spread = new SpreadFit(sampler.samples());
    try {
      for (int i = 0; i < psnr.length; i++) {
        judge(name, futures.get(i), i, psnr, residual, failures, images, spread);
      }
    } finally {
      futures.forEach(future -> future.cancel(false));
    }
    return new ContenderScores(
        name,
        sampler.describe(),
        psnr,
        residual,
        spread.factor(),
        List.copyOf(failures),
        List.copyOf(images));
  }

  private void judge(
      String name,
      CompletableFuture<Reconstruction> future,
      int index,
      double[] psnr,
      double[] residual,
      List<String> failures,
      List<float[]> images,
      SpreadFit spread) {
    var pair = pairs.get(index);
    psnr[index] = Double.NaN;
    residual[index] = Double.NaN;
    try {
      var answer = future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      psnr[index] = Psnr.of(answer.mean(), pair.truth());
      residual[index] = answer.residual();
      spread.add(pair.truth(), answer.mean(), answer.standardDeviation());
      if (index < IMAGES && images.size() == index) {
        images.add(answer.mean());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineBrokenException
          || e.getCause() instanceof EngineClosedException) {
        throw new CompletionException(e.getCause());
      }
      failures.add("pair " + pair.id() + ": " + e.getCause().getMessage());
    } catch (TimeoutException e) {
      throw new UserError(
          name
              + " did not answer validation pair "
              + pair.id()
              + " within "
              + timeout.toSeconds()
              + " s",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("the validation of " + name + " was interrupted", e);
    }
  }
}
