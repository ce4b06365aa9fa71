package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.engine.Requests.request;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.deftstream.deft.htransform.Ddnm;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.ComposedSteps;
import org.deftstream.deft.prior.LearnedEstimate;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.Init;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.Solver;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that a prior composes. */
@Timeout(60)
class EngineComposedTest {
  private static final int LIMIT = 4;
  private static final int STEPS = 6;
  private static final double TOLERANCE = 1e-5;

  private final HTransform transform = Requests.transform();

  private ReconstructionRequest inpainting(String id, Prior prior, int steps) {
    return request(id).prior(prior).transform(transform).steps(steps).build();
  }

  private ReconstructionRequest superResolution(String id, Prior prior, int steps) {
    var operator = Requests.superResolution(Requests.SHAPE);
    var random = RandomGenerator.of("L64X128MixRandom");
    var y = operator.simulate(new float[Requests.SHAPE.size()], random);
    return request(id)
        .prior(prior)
        .transform(transform)
        .measurement(BoundMeasurement.of(operator, y))
        .steps(steps)
        .build();
  }

  private static ReconstructionRequest on(Prior prior, ReconstructionRequest of) {
    return new ReconstructionRequest(
        of.measurementId(),
        prior,
        of.hTransform(),
        of.measurement(),
        of.sampler(),
        of.priority(),
        of.deadline());
  }

  /** What an engine that composes nothing answers. */
  private static Reconstruction plain(ReconstructionRequest request) throws Exception {
    try (var engine = new Engine(EngineSettings.of(1))) {
      return engine.submit(on(Requests.prior(), request)).get(20, TimeUnit.SECONDS);
    }
  }

  private static void assertAlike(Reconstruction answer, ReconstructionRequest request)
      throws Exception {
    assertThat(answer.mean()).containsExactly(plain(request).mean(), within((float) TOLERANCE));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerTheSameWithoutThePriorAlone(boolean onADevice) throws Exception {
    var prior = new ComposingPrior(rows -> {}, onADevice);
    var asked = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < 3 * LIMIT - 1; i++) {
      asked.add(inpainting("m" + i, prior, STEPS + i % 3));
    }
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      var answers = asked.stream().map(engine::submit).toList();
      for (int i = 0; i < asked.size(); i++) {
        var answer = answers.get(i).get(20, TimeUnit.SECONDS);
        assertAlike(answer, asked.get(i));
        assertThat(answer.device()).isEqualTo("composing cpu, composed");
      }
    }
    assertThat(prior.alone()).isZero();
    assertThat(prior.held()).isZero();
  }

  @Test
  void shouldStepTheOperatorsOfAMixedBatchInCallsOfTheirOwn() throws Exception {
    var mixed = new AtomicInteger();
    var prior =
        new ComposingPrior(
            rows ->
                mixed.addAndGet(
                    (int) rows.stream().map(ComposingPrior::kind).distinct().count() - 1),
            false);
    var asked = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < LIMIT; i++) {
      asked.add(inpainting("a" + i, prior, 2 * STEPS));
      asked.add(superResolution("b" + i, prior, STEPS - i));
    }
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      var answers = Requests.submitTogether(engine, asked);
      for (int i = 0; i < asked.size(); i++) {
        var answer = answers.get(i).get(20, TimeUnit.SECONDS);
        assertAlike(answer, asked.get(i));
        assertThat(answer.device()).isEqualTo("composing cpu, composed");
      }
      assertThat(engine.statistics().batchFill()).isGreaterThan(0.5);
    }
    assertThat(mixed).hasValue(0);
    assertThat(prior.alone()).isZero();
    assertThat(prior.held()).isZero();
  }

  /** The first call of a batch steps its rows, the second one fails: no row is stepped twice. */
  @Test
  void shouldStepNoRowTwiceWhereACallOfAMixedBatchHasNoMemory() throws Exception {
    var prior =
        new ComposingPrior(
            rows -> {
              if (rows.size() > 1 && ComposingPrior.kind(rows.get(0)).equals("super-resolution")) {
                throw new OutOfDeviceMemoryException("too many rows");
              }
            },
            false);
    var asked = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < LIMIT; i++) {
      asked.add(inpainting("a" + i, prior, STEPS));
      asked.add(superResolution("b" + i, prior, STEPS));
    }
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      var answers = Requests.submitTogether(engine, asked);
      for (int i = 0; i < asked.size(); i++) {
        assertAlike(answers.get(i).get(20, TimeUnit.SECONDS), asked.get(i));
      }
    }
    assertThat(prior.held()).isZero();
  }

  @Test
  void shouldMoveTrajectoriesBackForBatchesThatAreNotComposed() throws Exception {
    var prior = new ComposingPrior();
    var asked = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < LIMIT; i++) {
      asked.add(inpainting("a" + i, prior, 2 * STEPS));
      var ddnm = request("b" + i).prior(prior).transform(new Ddnm());
      asked.add(ddnm.steps(STEPS - i).build());
    }
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      var answers = Requests.submitTogether(engine, asked);
      var devices = new ArrayList<String>();
      for (int i = 0; i < asked.size(); i++) {
        var answer = answers.get(i).get(20, TimeUnit.SECONDS);
        assertAlike(answer, asked.get(i));
        devices.add(answer.device());
      }
      assertThat(devices).contains("composing cpu, some steps composed");
    }
    assertThat(prior.alone()).isPositive();
    assertThat(prior.sizes()).isNotEmpty();
    assertThat(prior.held()).isZero();
  }

  /** DiffPIR that says of its estimate that a network of its own makes it. */
  private static final class Learned implements HTransform {
    private final HTransform same = Requests.transform();
    private final Optional<LearnedEstimate> estimate =
        Optional.of(new LearnedEstimate(null, Map.of(), 1));

    @Override
    public String method() {
      return "learned";
    }

    @Override
    public OptionalDouble proximalWeight(ForwardOperator operator, double alphaBar) {
      return same.proximalWeight(operator, alphaBar);
    }

    @Override
    public Optional<LearnedEstimate> learnedEstimate() {
      return estimate;
    }

    @Override
    public List<float[]> correct(List<StepRow> rows) {
      return same.correct(rows);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, LIMIT})
  void shouldNeverStepTwoLearnedEstimatesInOneCall(int limit) throws Exception {
    var seen = ConcurrentHashMap.<Optional<LearnedEstimate>>newKeySet();
    var mixed = new AtomicInteger();
    var prior =
        new ComposingPrior(
            rows -> {
              var learned = rows.stream().map(ComposingPrior::learned).distinct().toList();
              seen.addAll(learned);
              mixed.addAndGet(learned.size() - 1);
            },
            false);
    var transforms = List.of(new Learned(), new Learned(), transform);
    var asked = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < 3 * LIMIT; i++) {
      var one = request("m" + i).prior(prior).transform(transforms.get(i % 3));
      asked.add(one.steps(STEPS * (1 + i % 3)).build());
    }
    try (var engine = new Engine(EngineSettings.of(limit))) {
      var answers = Requests.submitTogether(engine, asked);
      for (int i = 0; i < asked.size(); i++) {
        assertAlike(answers.get(i).get(20, TimeUnit.SECONDS), asked.get(i));
      }
    }
    assertThat(seen).hasSize(transforms.size());
    assertThat(mixed).hasValue(0);
    assertThat(prior.held()).isZero();
  }

  @Test
  void shouldComposeNoOtherMethodOrSolver() throws Exception {
    var prior = new ComposingPrior();
    var second =
        new SamplerSettings(
            STEPS, TimeGrid.UNIFORM, NoiseRule.ETA, 0, 1, Solver.DPMPP_2M, Init.NOISE, 1);
    var asked =
        List.of(
            request("ddnm").prior(prior).transform(new Ddnm()).steps(STEPS).build(),
            request("2m").prior(prior).transform(transform).sampler(second).build());
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      for (var one : asked) {
        var answer = engine.submit(one).get(20, TimeUnit.SECONDS);
        assertThat(answer.mean()).containsExactly(plain(one).mean());
        assertThat(answer.device()).isEqualTo("composing cpu");
      }
    }
    assertThat(prior.sizes()).isEmpty();
  }

  @Test
  void shouldGoOnWithoutWhereThereIsNoRoom() throws Exception {
    var prior = new ComposingPrior().withRoom(1);
    var asked = Requests.crowd(prior, transform);
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      var answers = Requests.submitTogether(engine, asked);
      for (int i = 0; i < asked.size(); i++) {
        assertAlike(answers.get(i).get(20, TimeUnit.SECONDS), asked.get(i));
      }
    }
    assertThat(prior.held()).isZero();
  }

  @Test
  void shouldTakeAFailedStepAgainWithoutTheDevice() throws Exception {
    var calls = new AtomicInteger();
    var prior =
        new ComposingPrior(
            rows -> {
              if (calls.incrementAndGet() % 2 == 0) {
                throw new IllegalStateException("the device says no");
              }
            },
            false);
    var one = inpainting("m", prior, STEPS);
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      assertAlike(engine.submit(one).get(20, TimeUnit.SECONDS), one);
    }
    assertThat(prior.alone()).isEqualTo(STEPS / 2);
    assertThat(prior.held()).isZero();
  }

  @Test
  void shouldShrinkBatchesForWhichThereIsNoMemory() throws Exception {
    var prior =
        new ComposingPrior(
            rows -> {
              if (rows.size() > 2) {
                throw new OutOfDeviceMemoryException("too many rows");
              }
            },
            false);
    var asked = Requests.crowd(prior, transform);
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      var answers = Requests.submitTogether(engine, asked);
      for (int i = 0; i < asked.size(); i++) {
        assertAlike(answers.get(i).get(20, TimeUnit.SECONDS), asked.get(i));
      }
      assertThat(engine.statistics().maxBatch()).isEqualTo(2);
    }
    assertThat(prior.alone()).isZero();
    assertThat(prior.held()).isZero();
  }

  @Test
  void shouldFailARowAloneThatIsNotFinite() throws Exception {
    Consumer<List<ComposedSteps.Row>> spoil =
        rows ->
            rows.stream()
                .filter(row -> ComposingPrior.kind(row).equals("super-resolution"))
                .forEach(ComposingPrior::spoil);
    var prior = new ComposingPrior(spoil, false);
    var good = inpainting("good", prior, STEPS);
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      var bad = engine.submit(superResolution("bad", prior, STEPS));
      assertThat(Requests.failure(bad))
          .isInstanceOf(NonFiniteSampleException.class)
          .hasMessageContaining("measurement bad, sample 0")
          .hasMessageContaining("the composed step is not finite");
      assertAlike(engine.submit(good).get(20, TimeUnit.SECONDS), good);
    }
    assertThat(prior.held()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldForgetTrajectoriesThatAreTakenBack(boolean onADevice) throws Exception {
    var inStep = new CountDownLatch(1);
    var cancelled = new CountDownLatch(1);
    var prior =
        new ComposingPrior(
            rows -> {
              if (rows.size() == LIMIT) {
                inStep.countDown();
                await(cancelled);
              }
            },
            onADevice);
    var samples = new SamplerSettings(STEPS, TimeGrid.UNIFORM, NoiseRule.ETA, 0.8, 2 * LIMIT + 1);
    var many = request("many").prior(prior).transform(transform).sampler(samples).build();
    var after = inpainting("after", prior, STEPS);
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      CompletableFuture<Reconstruction> future = engine.submit(many);
      await(inStep);
      future.cancel(false);
      cancelled.countDown();
      assertAlike(engine.submit(after).get(20, TimeUnit.SECONDS), after);
    }
    assertThat(prior.held()).isZero();
  }

  @Test
  void shouldForgetAllWhenTheEngineIsClosed() throws Exception {
    var inStep = new CountDownLatch(2);
    var givenUp = new CountDownLatch(1);
    var prior =
        new ComposingPrior(
            rows -> {
              inStep.countDown();
              if (inStep.getCount() == 0) {
                await(givenUp);
              }
            },
            false);
    var engine = new Engine(EngineSettings.of(LIMIT));
    var future = engine.submit(inpainting("m", prior, STEPS));
    var seen = future.whenComplete((answer, e) -> givenUp.countDown());
    await(inStep);
    engine.close(Duration.ZERO);
    assertThat(seen).isCompletedExceptionally();
    assertThat(prior.held()).isZero();
  }

  @Test
  void shouldTellHowLongBatchesTook() throws Exception {
    var prior = new ComposingPrior().unwanted();
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      engine.submit(inpainting("m", prior, STEPS)).get(20, TimeUnit.SECONDS);
    }
    assertThat(prior.took()).hasSize(STEPS).containsOnly("apart 1");
    var composing = new ComposingPrior();
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      engine.submit(inpainting("m", composing, STEPS)).get(20, TimeUnit.SECONDS);
    }
    assertThat(composing.took()).hasSize(STEPS).containsOnly("composed 1");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
