package org.deftstream.deft.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;

/** Requests for tests: inpainting of small images under a Gaussian prior. */
final class Requests {
  static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  static final int CROWD = 11;
  private static final String INPAINTING =
      "{\"kind\":\"inpainting\",\"mask\":{\"type\":\"free-form\",\"leastHidden\":0.2,"
          + "\"mostHidden\":0.4},\"noise\":{\"type\":\"gaussian\",\"sigma\":0.05}}";

  private static final String SUPER_RESOLUTION =
      "{\"kind\":\"super-resolution\",\"factor\":2,"
          + "\"noise\":{\"type\":\"gaussian\",\"sigma\":0.05}}";

  private Requests() {}

  static GaussianPrior prior() {
    return GaussianPrior.ramp(SHAPE);
  }

  static HTransform transform() {
    return new DiffPir(4);
  }

  static SamplerSettings steps(int steps) {
    return sampler(steps, 1);
  }

  static SamplerSettings sampler(int steps, int samples) {
    return new SamplerSettings(steps, TimeGrid.UNIFORM, NoiseRule.ETA, 0.8, samples);
  }

  static Builder request(String id) {
    return new Builder(id);
  }

  /** Requests that share prior and h-transform. */
  static List<ReconstructionRequest> crowd(Prior prior, HTransform transform) {
    var requests = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < CROWD; i++) {
      requests.add(request("r" + i).prior(prior).transform(transform).steps(5 + i % 3).build());
    }
    return requests;
  }

  /**
   * Submits requests so that the engine sees all of them before it plans a batch with any: it is
   * held in a step of another prior meanwhile, which counts as one more completed request.
   */
  static List<CompletableFuture<Reconstruction>> submitTogether(
      Engine engine, List<ReconstructionRequest> requests) throws Exception {
    var held = new CountDownLatch(1);
    var submitted = new CountDownLatch(1);
    var holding =
        new ScriptedPrior(
            (xt, timesteps) -> {
              held.countDown();
              await(submitted);
              return null;
            });
    var holder = engine.submit(request("holder").prior(holding).steps(1).build());
    await(held);
    var futures = requests.stream().map(engine::submit).toList();
    submitted.countDown();
    holder.get(20, TimeUnit.SECONDS);
    return futures;
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("waited for 20 s in vain");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a future fails with. */
  static Throwable failure(CompletableFuture<?> future) throws Exception {
    try {
      future.get(20, TimeUnit.SECONDS);
      throw new AssertionError("the future completed without a failure");
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  /** A request with everything given but what a test is about. */
  static final class Builder {
    private final String id;
    private Prior prior = Requests.prior();
    private HTransform transform = Requests.transform();
    private SamplerSettings sampler = Requests.steps(5);
    private BoundMeasurement measurement;
    private int priority;
    private Instant deadline;

    private Builder(String id) {
      this.id = id;
    }

    Builder prior(Prior value) {
      prior = value;
      return this;
    }

    Builder transform(HTransform value) {
      transform = value;
      return this;
    }

    Builder sampler(SamplerSettings value) {
      sampler = value;
      return this;
    }

    Builder steps(int value) {
      return sampler(Requests.steps(value));
    }

    Builder measurement(BoundMeasurement value) {
      measurement = value;
      return this;
    }

    Builder priority(int value) {
      priority = value;
      return this;
    }

    Builder deadline(Instant value) {
      deadline = value;
      return this;
    }

    ReconstructionRequest build() {
      var y = measurement == null ? simulated(id, prior.imageShape()) : measurement;
      return new ReconstructionRequest(id, prior, transform, y, sampler, priority, deadline);
    }
  }

  /** A measurement with a mask and noise of its own for every id. */
  static BoundMeasurement simulated(String id, ImageShape shape) {
    var random = new Random(id.hashCode());
    var unbound = inpainting(shape);
    var operator = unbound.bind(unbound.drawAuxiliary(random));
    var image = new float[shape.size()];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) (0.3 * random.nextGaussian());
    }
    return BoundMeasurement.of(operator, operator.simulate(image, random));
  }

  /** An operator without hidden pixels. */
  static ForwardOperator everythingVisible() {
    var mask = new float[SHAPE.size()];
    Arrays.fill(mask, 1);
    return inpainting(SHAPE).bind(Map.of("mask", mask));
  }

  private static ForwardOperator inpainting(ImageShape shape) {
    return create(INPAINTING, shape);
  }

  /** Averages of two by two pixels. */
  static ForwardOperator superResolution(ImageShape shape) {
    return create(SUPER_RESOLUTION, shape);
  }

  private static ForwardOperator create(String spec, ImageShape shape) {
    try {
      return Operators.create(new ObjectMapper().readTree(spec), shape);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
