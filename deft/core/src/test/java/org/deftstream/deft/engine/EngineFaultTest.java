package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.engine.Requests.CROWD;
import static org.deftstream.deft.engine.Requests.crowd;
import static org.deftstream.deft.engine.Requests.failure;
import static org.deftstream.deft.engine.Requests.request;
import static org.deftstream.deft.engine.Requests.submitTogether;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineFaultTest {
  /** The measurement that makes the transforms of this test fail. */
  private final BoundMeasurement poison =
      BoundMeasurement.of(Requests.everythingVisible(), new float[Requests.SHAPE.size()]);

  @Test
  void shouldFailOnlyTheRowThatTheTransformFailsFor() throws Exception {
    var transform =
        transform(
            rows -> {
              if (rows.stream().anyMatch(row -> row.measurement() == poison)) {
                throw new IllegalStateException("no correction for this one");
              }
              return exact(rows);
            });
    var outcome = crowdWithPoison(Requests.prior(), transform);
    assertThat(outcome.poisoned)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no correction for this one");
    outcome.assertNeighboursUntouched();
  }

  @Test
  void shouldFailOnlyTheRowWhoseCorrectionIsNotFinite() throws Exception {
    var transform =
        transform(
            rows -> {
              var corrections = new ArrayList<>(exact(rows));
              for (int i = 0; i < rows.size(); i++) {
                if (rows.get(i).measurement() == poison && rows.get(i).t() == 400) {
                  corrections.get(i)[3] = Float.NaN;
                }
              }
              return corrections;
            });
    var outcome = crowdWithPoison(Requests.prior(), transform);
    assertThat(outcome.poisoned)
        .isInstanceOf(NonFiniteSampleException.class)
        .hasMessage(
            "measurement poison, sample 0, timestep 400: the correction of test is not finite");
    outcome.assertNeighboursUntouched();
  }

  @Test
  void shouldFailOnlyTheRowWhoseCorrectionHasTheWrongSize() throws Exception {
    var transform =
        transform(
            rows -> {
              var corrections = new ArrayList<>(exact(rows));
              for (int i = 0; i < rows.size(); i++) {
                if (rows.get(i).measurement() == poison) {
                  corrections.set(i, new float[3]);
                }
              }
              return corrections;
            });
    var outcome = crowdWithPoison(Requests.prior(), transform);
    assertThat(outcome.poisoned).hasMessageContaining("returned 3 values for an image of 16");
    outcome.assertNeighboursUntouched();
  }

  @Test
  void shouldFailOnlyTheRowsThatThePriorFailsFor() throws Exception {
    var marked = markedInput();
    var prior =
        new ScriptedPrior(
            (xt, timesteps) -> {
              if (contains(xt, marked)) {
                throw new IllegalArgumentException("not this image");
              }
              return null;
            });
    var outcome = crowdWithPoison(prior, Requests.transform());
    assertThat(outcome.poisoned).hasMessage("not this image");
    outcome.assertNeighboursUntouched();
    assertThat(outcome.statistics.retriedRows()).isPositive();
  }

  @Test
  void shouldFailOnlyTheRowWhosePredictionIsNotFinite() throws Exception {
    var marked = markedInput();
    var prior =
        new ScriptedPrior(
            (xt, timesteps) -> {
              int at = indexOf(xt, marked);
              if (at < 0) {
                return null;
              }
              var eps = Requests.prior().predictNoise(xt, timesteps);
              eps[at + 5] = Float.POSITIVE_INFINITY;
              return eps;
            });
    var outcome = crowdWithPoison(prior, Requests.transform());
    assertThat(outcome.poisoned)
        .isInstanceOf(NonFiniteSampleException.class)
        .hasMessageContaining("the prediction of prior scripted is not finite");
    outcome.assertNeighboursUntouched();
  }

  @Test
  void shouldHalveTheBatchWhenTheDeviceIsOutOfMemory() throws Exception {
    var prior =
        new ScriptedPrior(
            (xt, timesteps) -> {
              if (timesteps.length > 4) {
                throw new OutOfDeviceMemoryException("batch of " + timesteps.length);
              }
              return null;
            });
    try (var engine = new Engine(EngineSettings.of(16))) {
      var results = all(engine, crowd(prior, Requests.transform()));
      var alone = all(engine, crowd(Requests.prior(), Requests.transform()));
      for (int i = 0; i < CROWD; i++) {
        assertThat(results.get(i).join().mean()).isEqualTo(alone.get(i).join().mean());
      }
      assertThat(engine.statistics().maxBatch()).isEqualTo(4);
      assertThat(engine.batchSizes().values()).containsExactly(1, 2, 4);
      assertThat(engine.broken()).isFalse();
    }
    assertThat(prior.sizes().stream().filter(size -> size > 4)).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void shouldHalveTheBatchWhenATransformIsOutOfMemory() throws Exception {
    var transform =
        transform(
            rows -> {
              if (rows.size() > 2) {
                throw new OutOfDeviceMemoryException("rows " + rows.size());
              }
              return exact(rows);
            });
    try (var engine = new Engine(EngineSettings.of(16))) {
      for (var future : all(engine, crowd(Requests.prior(), transform))) {
        assertThat(future).isCompleted();
      }
      assertThat(engine.statistics().maxBatch()).isEqualTo(2);
    }
  }

  @Test
  void shouldFailTheRequestWhenItsResidualFails() throws Exception {
    var broken = new BoundMeasurement(Requests.everythingVisible(), new float[2], new float[0]);
    try (var engine = new Engine(EngineSettings.of(4))) {
      var transform = transform(rows -> rows.stream().map(row -> new float[16]).toList());
      var good = engine.submit(request("good").build());
      var bad = engine.submit(request("bad").transform(transform).measurement(broken).build());
      assertThat(failure(bad)).isInstanceOf(RuntimeException.class);
      assertThat(good).succeedsWithin(10, TimeUnit.SECONDS);
      assertThat(engine.broken()).isFalse();
    }
  }

  /** What became of the poisoned request and of its neighbours. */
  private record Outcome(
      Throwable poisoned,
      List<ReconstructionRequest> neighbours,
      List<Reconstruction> results,
      EngineStatistics statistics) {

    void assertNeighboursUntouched() {
      for (int i = 0; i < results.size(); i++) {
        var plain = neighbours.get(i);
        var exact = request(plain.measurementId()).sampler(plain.sampler()).build();
        assertThat(results.get(i).mean())
            .as(plain.measurementId())
            .isEqualTo(PlainSampling.samples(exact).get(0));
      }
      assertThat(statistics.completed()).as("with the holder").isEqualTo(results.size() + 1);
      assertThat(statistics.failed()).isOne();
    }
  }

  private Outcome crowdWithPoison(Prior prior, HTransform transform) throws Exception {
    var neighbours = crowd(prior, transform);
    var requests = new ArrayList<>(neighbours);
    requests.add(4, poisonRequest(prior, transform));
    try (var engine = new Engine(EngineSettings.of(16))) {
      var futures = new ArrayList<>(submitTogether(engine, requests));
      var poisoned = futures.remove(4);
      var failure = failure(poisoned);
      var results = new ArrayList<Reconstruction>();
      for (var future : futures) {
        results.add(future.get(20, TimeUnit.SECONDS));
      }
      return new Outcome(failure, neighbours, results, engine.statistics());
    }
  }

  private ReconstructionRequest poisonRequest(Prior prior, HTransform transform) {
    return request("poison").prior(prior).transform(transform).measurement(poison).build();
  }

  /** The initial noise of the poisoned request, by which a prior can know it. */
  private float[] markedInput() {
    var trajectory =
        new Job(poisonRequest(Requests.prior(), Requests.transform()), 0, 0).trajectories().get(0);
    trajectory.begin();
    return trajectory.x();
  }

  private static List<CompletableFuture<Reconstruction>> all(
      Engine engine, List<ReconstructionRequest> requests) throws Exception {
    var futures = submitTogether(engine, requests);
    CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
    return futures;
  }

  private static HTransform transform(Corrections correct) {
    return new HTransform() {
      @Override
      public String method() {
        return "test";
      }

      @Override
      public List<float[]> correct(List<StepRow> rows) {
        return correct.apply(rows);
      }
    };
  }

  /** A function from rows to corrections. */
  private interface Corrections {
    List<float[]> apply(List<StepRow> rows);
  }

  private static List<float[]> exact(List<StepRow> rows) {
    return Requests.transform().correct(rows);
  }

  private static boolean contains(float[] batch, float[] image) {
    return indexOf(batch, image) >= 0;
  }

  private static int indexOf(float[] batch, float[] image) {
    for (int at = 0; at < batch.length; at += image.length) {
      if (Arrays.equals(batch, at, at + image.length, image, 0, image.length)) {
        return at;
      }
    }
    return -1;
  }
}
