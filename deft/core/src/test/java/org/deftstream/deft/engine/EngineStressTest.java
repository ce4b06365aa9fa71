package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.engine.Requests.request;
import static org.deftstream.deft.engine.Requests.sampler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.prior.Prior;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One prior is evaluated by the processors, the other by a device. */
@Timeout(120)
class EngineStressTest {
  private static final int THREADS = 8;
  private static final int REQUESTS = 120;
  private static final long BYTES = 1000;

  private final List<Prior> priors =
      List.of(Requests.prior(), ScriptedPrior.onADevice((xt, timesteps) -> null));
  private final List<HTransform> transforms = List.of(new DiffPir(4), new DiffPir(4));
  private final AtomicInteger cancelled = new AtomicInteger();

  @Test
  void shouldAnswerEightThreadsThatSubmitAndCancelAtRandom() throws Exception {
    var budget = new AdmissionBudget(40 * BYTES);
    var threads = Executors.newFixedThreadPool(THREADS);
    try (var engine = new Engine(EngineSettings.of(8))) {
      var work = new ArrayList<Callable<Void>>();
      for (int thread = 0; thread < THREADS; thread++) {
        int seed = thread;
        work.add(
            () -> {
              submitAndCheck(engine, budget, seed);
              return null;
            });
      }
      for (var done : threads.invokeAll(work)) {
        done.get(100, TimeUnit.SECONDS);
      }
      var statistics = engine.statistics();
      assertThat(statistics.submitted()).isEqualTo(THREADS * REQUESTS);
      // A future can be cancelled in the moment between the engine's books and its completion.
      assertThat(statistics.cancelled()).isBetween(1L, (long) cancelled.get());
      assertThat(statistics.completed() + statistics.cancelled()).isEqualTo(THREADS * REQUESTS);
      assertThat(statistics.failed()).isZero();
      assertThat(statistics.requestsHeld()).isZero();
    } finally {
      threads.shutdownNow();
    }
    assertThat(budget.available()).isEqualTo(40 * BYTES);
  }

  private void submitAndCheck(Engine engine, AdmissionBudget budget, int seed) throws Exception {
    var random = new Random(seed);
    var requests = new ArrayList<ReconstructionRequest>();
    var futures = new ArrayList<CompletableFuture<Reconstruction>>();
    for (int i = 0; i < REQUESTS; i++) {
      assertThat(budget.tryAcquire(BYTES, Duration.ofSeconds(60))).isTrue();
      var request = randomRequest(seed + "-" + i, random);
      var future = engine.submit(request);
      future.whenComplete((result, failure) -> budget.release(BYTES));
      requests.add(request);
      futures.add(future);
      if (random.nextInt(5) == 0) {
        futures.get(random.nextInt(futures.size())).cancel(false);
      }
    }
    for (int i = 0; i < REQUESTS; i++) {
      try {
        var result = futures.get(i).get(60, TimeUnit.SECONDS);
        if (requests.get(i).sampler().samples() == 1) {
          assertThat(result.mean()).isEqualTo(PlainSampling.samples(requests.get(i)).get(0));
        }
      } catch (CancellationException e) {
        cancelled.incrementAndGet();
      }
    }
  }

  private ReconstructionRequest randomRequest(String id, Random random) {
    return request(id)
        .prior(priors.get(random.nextInt(2)))
        .transform(transforms.get(random.nextInt(2)))
        .sampler(sampler(1 + random.nextInt(12), 1 + random.nextInt(3)))
        .priority(random.nextInt(3))
        .build();
  }
}
