package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.engine.Requests.request;
import static org.deftstream.deft.engine.Requests.sampler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.htransform.DdnmPlus;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.htransform.Dps;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.Init;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.Solver;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineResultTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 32})
  void shouldGiveWhatPlainSamplingGivesForMixedTasksStepsAndSamples(int maxBatch) throws Exception {
    var requests = mixed();

    var results = reconstruct(requests, EngineSettings.of(maxBatch));

    for (int i = 0; i < requests.size(); i++) {
      var request = requests.get(i);
      var expected = PlainSampling.samples(request);
      var result = results.get(i);
      if (expected.size() == 1) {
        assertThat(result.mean()).as(request.measurementId()).isEqualTo(expected.get(0));
        assertThat(result.standardDeviation()).isNull();
      } else {
        assertClose(result.mean(), PlainSampling.mean(expected));
        assertClose(result.standardDeviation(), PlainSampling.standardDeviation(expected));
      }
      var measurement = request.measurement();
      assertThat(result.residual())
          .isEqualTo(measurement.operator().residual(result.mean(), measurement.measurement()));
    }
  }

  @Test
  void shouldGiveTheSameBitsWhateverTheNeighboursAndTheBatchSize() throws Exception {
    var subject = request("subject").sampler(sampler(12, 5)).build();
    var alone = reconstruct(List.of(subject), EngineSettings.of(1)).get(0);

    var crowd = new ArrayList<>(mixed());
    crowd.add(7, subject);
    for (int maxBatch : new int[] {2, 7, 32}) {
      var among = reconstruct(crowd, EngineSettings.of(maxBatch)).get(7);
      assertThat(among.mean()).as("batch %d", maxBatch).isEqualTo(alone.mean());
      assertThat(among.standardDeviation()).isEqualTo(alone.standardDeviation());
      assertThat(among.residual()).isEqualTo(alone.residual());
      assertThat(among.seed()).isEqualTo(alone.seed());
    }
  }

  /** h is the last conditional estimate, scaled; a job waits between its steps for larger ones. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void shouldRememberTheEstimateOfEveryTrajectory(int maxBatch) throws Exception {
    var requests = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < 5; i++) {
      requests.add(
          request("r" + i).transform(new Remembering()).sampler(sampler(4 + i, 1 + i % 2)).build());
    }

    var results = reconstruct(requests, EngineSettings.of(maxBatch));

    for (int i = 0; i < requests.size(); i++) {
      var expected = PlainSampling.samples(requests.get(i));
      assertClose(results.get(i).mean(), PlainSampling.mean(expected));
    }
  }

  private static final class Remembering implements HTransform {
    @Override
    public String method() {
      return "remembering";
    }

    @Override
    public boolean remembers() {
      return true;
    }

    @Override
    public List<float[]> correct(List<StepRow> rows) {
      var answers = new ArrayList<float[]>();
      for (var row : rows) {
        var h = new float[row.eps().length];
        for (int i = 0; i < h.length; i++) {
          h[i] = row.previous() == null ? 0.5f : 0.2f * row.previous()[i];
        }
        answers.add(h);
      }
      return answers;
    }
  }

  @Test
  void shouldEvaluateThePriorOncePerTrajectoryAndStepAndPadToAllowedSizes() throws Exception {
    var prior = new ScriptedPrior();
    var requests = new ArrayList<ReconstructionRequest>();
    long expected = 0;
    for (int i = 0; i < 9; i++) {
      requests.add(request("r" + i).prior(prior).sampler(sampler(3 + i, 1 + i % 3)).build());
      expected += (3L + i) * (1 + i % 3);
    }

    EngineStatistics statistics;
    try (var engine = new Engine(EngineSettings.of(6))) {
      await(requests.stream().map(engine::submit).toList());
      statistics = engine.statistics();
    }

    assertThat(statistics.evaluations()).isEqualTo(expected);
    assertThat(statistics.steps()).isEqualTo(prior.calls().size());
    assertThat(prior.sizes()).allMatch(size -> List.of(1, 2, 4, 6).contains(size));
    assertThat(prior.sizes().stream().mapToLong(size -> size).sum())
        .isEqualTo(expected + statistics.paddedRows());
    assertThat(statistics.retriedRows()).isZero();
    assertThat(statistics.completed()).isEqualTo(9);
  }

  @Test
  void shouldSayWhereTheResultComesFrom() throws Exception {
    var prior = new ScriptedPrior();
    var request = request("m-1").prior(prior).sampler(sampler(4, 3)).build();

    var result = reconstruct(List.of(request), EngineSettings.of(8)).get(0);

    assertThat(result.seed())
        .isEqualTo(CounterNoise.of("m-1", 0, request.sampler().describe()).seed());
    assertThat(result.device()).isEqualTo("scripted cpu");
    assertThat(result.largestBatch()).isEqualTo(3);
    assertThat(result.queueTime().isNegative()).isFalse();
    assertThat(result.computeTime()).isPositive();
  }

  @Test
  void shouldRefuseWhatDoesNotFitTogetherThroughTheFuture() {
    var other = Requests.simulated("x", new ImageShape(8, 8, 1));
    try (var engine = new Engine(EngineSettings.of(2))) {
      assertThat(engine.submit(request("shape").measurement(other).build()))
          .isCompletedExceptionally()
          .failsWithin(0, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(IllegalArgumentException.class)
          .withMessageContaining("images of 8x8x1")
          .withMessageContaining("takes images of 4x4x1 only");
      assertThat(engine.submit(request("steps").steps(1001).build()))
          .isCompletedExceptionally()
          .failsWithin(0, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("at most 1000");
      var multistep =
          new SamplerSettings(
              5, TimeGrid.UNIFORM, NoiseRule.ETA, 0, 1, Solver.DPMPP_2M, Init.NOISE, 1);
      var guided = new Dps(Requests.prior(), 0.1);
      assertThat(engine.submit(request("dps").transform(guided).sampler(multistep).build()))
          .isCompletedExceptionally()
          .failsWithin(0, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("method dps prescribes its step and goes with the solver ddim");
      assertThat(engine.statistics().submitted()).isZero();
    }
  }

  /** Twenty requests of two priors, four h-transforms, and all kinds of samplers. */
  private static List<ReconstructionRequest> mixed() {
    var priors = List.of(Requests.prior(), Requests.prior());
    var transforms =
        List.of(new DiffPir(4), new DdnmPlus(1), new DiffPir(1), new Dps(priors.get(1), 0.1));
    var requests = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < 20; i++) {
      boolean multistep = i % 2 == 0 && i % 3 == 0;
      var init = Init.values()[i / 2 % 3];
      var sampler =
          new SamplerSettings(
              1 + i % 7 * 3,
              TimeGrid.values()[i % TimeGrid.values().length],
              multistep ? NoiseRule.ETA : NoiseRule.values()[i % 2],
              i % 5 / 4.0,
              1 + i % 4,
              multistep ? Solver.DPMPP_2M : Solver.DDIM,
              init,
              init == Init.NOISE ? 1 : 0.5);
      requests.add(
          request("mixed-" + i)
              .prior(priors.get(i % 2))
              .transform(transforms.get(i % 4))
              .sampler(sampler)
              .priority(i % 3)
              .build());
    }
    return requests;
  }

  private static List<Reconstruction> reconstruct(
      List<ReconstructionRequest> requests, EngineSettings settings) throws Exception {
    try (var engine = new Engine(settings)) {
      return await(requests.stream().map(engine::submit).toList());
    }
  }

  private static List<Reconstruction> await(List<CompletableFuture<Reconstruction>> futures)
      throws Exception {
    CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    return futures.stream().map(CompletableFuture::join).toList();
  }

  private static void assertClose(float[] actual, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-6));
    }
  }
}
