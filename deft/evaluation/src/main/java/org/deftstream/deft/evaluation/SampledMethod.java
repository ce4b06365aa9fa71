package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.deftstream.deft.engine.EngineBrokenException;
import org.deftstream.deft.engine.EngineClosedException;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.Tikhonov;
import org.deftstream.deft.sampler.SamplerSettings;

/** Any h-transform, sampled by the engine that serves. */
final class SampledMethod implements Method {
  private static final int WARM_UP_STEPS = 2;

  private final JsonNode identity;
  private final HTransform hTransform;
  private final SamplerSettings sampler;
  private final Bench bench;
  private final long parameters;
  private final Optional<double[]> residualRange;
  private final Runnable closing;

  /**
   * A method.
   *
   * @param parameters number of weights that were learned for the task
   * @param residualRange {@link Method#residualRange}
   * @param closing gives back what the h-transform was made of
   */
  SampledMethod(
      JsonNode identity,
      HTransform hTransform,
      SamplerSettings sampler,
      Bench bench,
      long parameters,
      Optional<double[]> residualRange,
      Runnable closing) {
    if (sampler.init() == SamplerSettings.Init.SMOOTHEST) {
      Tikhonov.requireLinear(bench.task().operator());
    }
    this.identity = identity;
    this.hTransform = hTransform;
    this.sampler = sampler;
    this.bench = bench;
    this.parameters = parameters;
    this.residualRange = residualRange;
    this.closing = closing;
  }

  @Override
  public JsonNode identity() {
    return identity;
  }

  @Override
  public String sampler() {
    return sampler.describe();
  }

  @Override
  public int steps() {
    return sampler.steps();
  }

  @Override
  public int samples() {
    return sampler.samples();
  }

  @Override
  public long parameters() {
    return parameters;
  }

  @Override
  public Optional<double[]> residualRange() {
    return residualRange;
  }

  @Override
  public void warmUp(List<String> ids, List<BoundMeasurement> measurements) {
    sample(sampler.withSteps(Math.min(WARM_UP_STEPS, sampler.steps())), ids, measurements);
  }

  @Override
  public List<Estimate> reconstruct(List<String> ids, List<BoundMeasurement> measurements) {
    return sample(sampler, ids, measurements);
  }

  private List<Estimate> sample(
      SamplerSettings settings, List<String> ids, List<BoundMeasurement> measurements) {
    var futures = new ArrayList<CompletableFuture<Reconstruction>>();
    for (int i = 0; i < ids.size(); i++) {
      var request =
          new ReconstructionRequest(
              ids.get(i), bench.prior(), hTransform, measurements.get(i), settings, 0, null);
      futures.add(bench.engine().submit(request));
    }
    return futures.stream().map(SampledMethod::await).toList();
  }

  private static Estimate await(CompletableFuture<Reconstruction> future) {
    try {
      var r = future.join();
      return Estimate.of(r.mean(), r.standardDeviation(), r.residual());
    } catch (CompletionException e) {
      if (e.getCause() instanceof EngineBrokenException
          || e.getCause() instanceof EngineClosedException) {
        throw e;
      }
      return Estimate.failed(String.valueOf(e.getCause().getMessage()));
    }
  }

  @Override
  public void close() {
    closing.run();
  }
}
