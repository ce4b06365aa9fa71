package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.messaging.control.ControlRequest;
import org.deftstream.messaging.control.GuardSettings;
import org.deftstream.messaging.control.RegistryAwayException;
import org.deftstream.messaging.control.TrustedKeys;
import org.deftstream.messaging.control.WeightSource;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Serve;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReconcilerTest {
  private static final AdapterDirectory.Content A1 = Fixture.adapter("a-1", 1);
  private static final AdapterDirectory.Content A2 = Fixture.adapter("a-2", 2);
  private static final AdapterDirectory.Content A3 = Fixture.adapter("a-3", 3);

  private final Map<String, byte[]> store = new HashMap<>();
  private final List<StatusEvent> reports = new ArrayList<>();
  private final Queue<Runnable> events = new ArrayDeque<>();
  private final ClosedFormNetworks networks = new ClosedFormNetworks();
  private final TaskTable table = new TaskTable();
  private final RoutingUpdater updater = new RoutingUpdater(table, reports::add, events::add);
  private final List<String> ended = new ArrayList<>();
  private TrustedKeys keys = TrustedKeys.NONE;
  private Reconciler reconciler;
  private long offset;
  private RuntimeException away;

  private final WeightSource weights =
      new WeightSource() {
        @Override
        public Optional<byte[]> load(AdapterRef ref) {
          if (away != null) {
            throw away;
          }
          return Optional.ofNullable(store.get(ref.getWeightsSha256()));
        }

        @Override
        public List<Integer> missing(AdapterRef ref) {
          return List.of(0);
        }
      };

  @BeforeEach
  void shipTheTask() {
    reconciler = reconciler(Duration.ofMinutes(1));
    request(Fixture.control(Serve.TRAINING_FREE).build());
    List.of(A1, A2, A3).forEach(this::store);
    reports.clear();
  }

  private Reconciler reconciler(Duration loadTimeout) {
    var verifier = new AdapterVerifier(networks, 10_000);
    return new Reconciler(
        table,
        new TaskResolver(List.of(Fixture.task()), Fixture.PRIORS),
        new AdapterBuilder(networks, verifier, BatchSizes.upTo(4), keys),
        weights,
        updater,
        new CanaryResults(
            new GuardSettings(4, 2, 10),
            table,
            updater,
            events::add,
            (task, adapterId, reason) -> ended.add(task + " " + adapterId)),
        loadTimeout);
  }

  private void store(AdapterDirectory.Content adapter) {
    store.put(adapter.manifest().weightsSha256(), adapter.weightsFile());
  }

  private void request(AdapterControl state) {
    reconciler.request(
        new ControlRequest(state.getTask(), offset++, Optional.of(state), Optional.empty()));
    settle();
  }

  private void settle() {
    reconciler.advance();
    while (!events.isEmpty()) {
      events.remove().run();
    }
  }

  private static AdapterControl serving(AdapterDirectory.Content adapter) {
    return Fixture.control(Serve.ADAPTER).setStable(Fixture.ref(adapter)).build();
  }

  private Optional<String> served() {
    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      return lease.adapterId();
    }
  }

  private String lastReason() {
    return reports.get(reports.size() - 1).reason().orElseThrow();
  }

  @Test
  void shouldTakeAnAdapterThroughAllStates() {
    request(serving(A1));

    assertThat(Fixture.describe(reports))
        .containsExactly("a-1 LOADING", "a-1 VERIFIED", "a-1 WARM", "a-1 SERVING");
    assertThat(served()).contains("a-1");
    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.method()).isEqualTo("deft");
      assertThat(lease.sampler().steps()).isEqualTo(3);
    }
  }

  @Test
  void shouldReplaceAnAdapterAndDrainItWhenItsLastLeaseIsBack() {
    request(serving(A1));
    var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty());
    reports.clear();

    request(serving(A2));

    assertThat(Fixture.describe(reports))
        .containsExactly("a-2 LOADING", "a-2 VERIFIED", "a-2 WARM", "a-1 DRAINING", "a-2 SERVING");
    assertThat(lease.adapterId()).contains("a-1");
    assertThat(served()).contains("a-2");
    reports.clear();
    lease.close();
    lease.close();
    settle();
    // What serves is told again, so that the last report of the task says it.
    assertThat(Fixture.describe(reports)).containsExactly("a-1 DRAINED", "a-2 SERVING");
  }

  @Test
  void shouldKeepThePreviousAdapterForARollbackAndCloseTheOneBefore() {
    request(serving(A1));
    request(serving(A2));
    assertThat(networks.open).hasValue(2);
    int opened = networks.opened.get();

    request(serving(A1));

    assertThat(served()).contains("a-1");
    assertThat(networks.opened).hasValue(opened);

    request(serving(A3));
    assertThat(networks.open).as("a-3 and a-1, not a-2").hasValue(2);
    assertThat(table.routing(Fixture.TASK).orElseThrow().loaded()).containsOnlyKeys("a-1", "a-3");
  }

  @Test
  void shouldLoadThePreviousAdapterThatTheRecordNames() {
    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A2))
            .setPrevious(Fixture.ref(A1))
            .build());

    try (var pinned = table.acquire(Fixture.TASK, "scan-1", Optional.of("a-1"))) {
      assertThat(pinned.adapterId()).contains("a-1");
    }
    assertThat(served()).contains("a-2");
  }

  @Test
  void shouldKeepWhatServedWhenThePreviousAdapterIsRefused() {
    request(serving(A1));
    var refused = Fixture.with(A3, "priorFingerprint", "cd".repeat(32));

    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A2))
            .setPrevious(Fixture.ref(refused))
            .build());

    assertThat(Fixture.describe(reports)).containsSubsequence("a-3 REFUSED", "a-2 SERVING");
    assertThat(table.routing(Fixture.TASK).orElseThrow().loaded()).containsOnlyKeys("a-1", "a-2");
  }

  @Test
  void shouldKeepServingWhenTheNextIsRefused() {
    request(serving(A1));
    reports.clear();
    var nan = Fixture.adapter("a-nan", Float.NaN);
    store(nan);

    request(serving(nan));

    assertThat(Fixture.describe(reports)).containsExactly("a-nan LOADING", "a-nan REFUSED");
    assertThat(lastReason()).contains("NaN").endsWith("; adapter a-1 serves on");
    assertThat(served()).contains("a-1");
    assertThat(networks.open).hasValue(1);
  }

  @Test
  void shouldRefuseAGoldenAnswerThatIsNotReproduced() {
    var wrong = Fixture.with(A1, "golden", goldenOf(A2));

    request(serving(wrong));

    assertThat(lastReason())
        .contains("answered differently here")
        .endsWith("; the training-free method serves on");
    assertThat(networks.open).hasValue(0);
  }

  private static Object goldenOf(AdapterDirectory.Content adapter) {
    try {
      return new com.fasterxml.jackson.databind.ObjectMapper()
          .readTree(adapter.manifest().toJson())
          .get("golden");
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldWaitForWeightsAndRefuseWhenTheyDoNotCome() {
    store.clear();
    request(serving(A1));
    assertThat(reconciler.idle()).isFalse();
    assertThat(Fixture.describe(reports)).containsExactly("a-1 LOADING");

    store(A1);
    settle();
    assertThat(served()).contains("a-1");

    store.clear();
    reconciler = reconciler(Duration.ZERO);
    request(serving(A2));
    assertThat(reconciler.idle()).isTrue();
    assertThat(lastReason()).contains("of 1 chunks").contains("did not come").contains("[0]");
    assertThat(served()).contains("a-1");
  }

  @Test
  void shouldFollowTheLastOfSeveralRequests() {
    store.remove(A1.manifest().weightsSha256());
    request(serving(A1));
    request(serving(A2));

    store(A1);
    settle();

    assertThat(served()).contains("a-2");
    assertThat(reconciler.idle()).isTrue();
  }

  @Test
  void shouldLeaveAnAdapterAtOnceEvenIfAnotherCannotBeLoaded() {
    request(serving(A1));
    store.clear();
    reports.clear();

    request(
        Fixture.control(Serve.TRAINING_FREE)
            .setStable(Fixture.ref(A1))
            .setPrevious(Fixture.ref(A2))
            .build());

    assertThat(served()).isEmpty();
    assertThat(reconciler.idle()).isFalse();
    assertThat(Fixture.describe(reports)).contains("- SERVING", "a-1 DRAINED");
    assertThat(table.routing(Fixture.TASK).orElseThrow().loaded()).containsKey("a-1");
  }

  @Test
  void shouldServeTheStableAdapterBesideACanaryThatIsRefused() {
    var canary = Fixture.with(A2, "priorFingerprint", "cd".repeat(32));

    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A1))
            .setCanary(Fixture.ref(canary))
            .setCanaryShare(1)
            .build());

    assertThat(Fixture.describe(reports)).endsWith("a-1 SERVING", "a-2 REFUSED");
    assertThat(lastReason()).contains("cd".repeat(32)).contains("ab".repeat(32));
    assertThat(served()).contains("a-1");
  }

  @Test
  void shouldTryACanaryAndEndIt() {
    var both =
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A1))
            .setCanary(Fixture.ref(A2))
            .setCanaryShare(1);
    request(both.build());
    assertThat(served()).contains("a-2");

    request(serving(A1));

    assertThat(served()).contains("a-1");
    assertThat(Fixture.describe(reports)).contains("a-2 DRAINED");
    assertThat(networks.open).hasValue(1);
  }

  @Test
  void shouldRollBackACanaryThatGoesWrong() {
    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A1))
            .setCanary(Fixture.ref(A2))
            .setCanaryShare(1)
            .build());
    reports.clear();

    for (int i = 0; i < 2; i++) {
      assertThat(served()).contains("a-2");
      try (var lease = table.acquire(Fixture.TASK, "scan-" + i, Optional.empty())) {
        lease.failed();
      }
    }
    settle();

    assertThat(served()).contains("a-1");
    assertThat(ended).containsExactly(Fixture.TASK + " a-2");
    assertThat(Fixture.describe(reports)).contains("a-2 DRAINING", "a-1 SERVING", "a-2 REFUSED");
    assertThat(lastReason())
        .contains("serve-time guard", "2 failed in the engine")
        .endsWith("; adapter a-1 serves on");

    // The record follows, and may name the same canary again, to be judged anew.
    request(serving(A1));
    assertThat(networks.open).as("a-1 alone").hasValue(1);
  }

  @Test
  void shouldNotBlameTheCanaryForWhatTheStableAdapterDid() {
    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A1))
            .setCanary(Fixture.ref(A2))
            .setCanaryShare(0.5)
            .build());
    for (int i = 0; i < 40; i++) {
      try (var lease = table.acquire(Fixture.TASK, "scan-" + i, Optional.empty())) {
        if (lease.adapterId().equals(Optional.of("a-1"))) {
          lease.failed();
        } else {
          lease.reconstructed(1);
        }
      }
    }
    settle();

    assertThat(table.routing(Fixture.TASK).orElseThrow().canary()).isPresent();
    assertThat(ended).isEmpty();
  }

  @Test
  void shouldServeThePreviousAdapterWhenItStartsWithOneThatIsRefused() {
    reconciler.request(new ControlRequest(Fixture.TASK, 0, Optional.empty(), Optional.empty()));
    reconciler = reconciler(Duration.ofMinutes(1));
    var refused = Fixture.with(A2, "priorFingerprint", "cd".repeat(32));

    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(refused))
            .setPrevious(Fixture.ref(A1))
            .build());

    assertThat(served()).contains("a-1");
    assertThat(Fixture.describe(reports)).endsWith("a-1 SERVING", "a-2 REFUSED");
    assertThat(lastReason()).endsWith("; adapter a-1 serves on");
  }

  @Test
  void shouldRefuseWhatIsNotSignedIfItHasKeys() throws Exception {
    var pair = java.security.KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    keys = TrustedKeys.of(List.of(pair.getPublic()));
    reconciler = reconciler(Duration.ofMinutes(1));

    request(serving(A1));
    assertThat(lastReason()).contains("a-1 is not signed");
    assertThat(Fixture.describe(reports)).as("nothing was fetched").containsExactly("a-1 REFUSED");

    String manifest = A1.manifest().toJson();
    var signature =
        org.deftstream.deft.adapter.AdapterSignature.sign(
            pair.getPrivate(), manifest, A1.manifest().weightsSha256());
    var ref = AdapterRef.newBuilder(Fixture.ref(A1)).setSignature(signature).build();
    request(Fixture.control(Serve.ADAPTER).setStable(ref).build());
    assertThat(served()).contains("a-1");
  }

  @Test
  void shouldNeverReuseAnId() {
    request(serving(A1));
    var other = Fixture.adapter("a-1", 9);
    store(other);

    request(serving(other));

    assertThat(lastReason()).contains("ids are never reused");
  }

  @Test
  void shouldServeANewTaskByItsDefinition() {
    var state =
        AdapterControl.newBuilder(Fixture.control(Serve.TRAINING_FREE).build())
            .setTask("tiny/other")
            .setDefinition(Fixture.taskJson("tiny/other"))
            .build();

    request(state);

    try (var lease = table.acquire("tiny/other", "scan-1", Optional.empty())) {
      assertThat(lease.method()).isEqualTo("diffpir");
      assertThat(lease.task().name()).isEqualTo("tiny/other");
      assertThat(lease.sampler().steps()).isEqualTo(4);
    }
  }

  @Test
  void shouldRefuseDefinitionsThatCannotBeServed() {
    var base = AdapterControl.newBuilder(Fixture.control(Serve.TRAINING_FREE).build());

    request(base.setTask("tiny/other").setDefinition("{").build());
    assertThat(lastReason()).contains("not valid JSON").endsWith("the task is not served");
    request(base.setDefinition(Fixture.taskJson("tiny/third")).build());
    assertThat(lastReason()).contains("'tiny/other' defines task 'tiny/third'");
    request(
        base.setDefinition(Fixture.taskJson("tiny/other").replace("\"tiny\"", "\"huge\"")).build());
    assertThat(lastReason()).contains("prior 'huge' is not known here");
    request(base.setDefinition(null).build());
    assertThat(lastReason()).contains("'tiny/other' is not known here");
    assertThat(table.tasks()).containsExactly(Fixture.TASK);
  }

  @Test
  void shouldRefuseStatesThatContradictThemselves() {
    request(Fixture.control(Serve.ADAPTER).build());
    assertThat(lastReason()).contains("names no stable one");
    request(Fixture.control(Serve.TRAINING_FREE).setCanaryShare(Double.NaN).build());
    assertThat(lastReason()).contains("canaryShare must be in [0, 1], got NaN");
    request(Fixture.control(Serve.TRAINING_FREE).setSampler("{\"step\": 3}").build());
    assertThat(reports.get(reports.size() - 1).state()).isEqualTo(AdapterState.REFUSED);
    assertThat(served()).isEmpty();
  }

  @Test
  void shouldReplaceTheSamplerOfTheTask() {
    request(
        Fixture.control(Serve.TRAINING_FREE)
            .setSampler(
                "{\"steps\": 9, \"grid\": \"uniform\", \"noise\": \"eta\", \"noiseLevel\": 1,"
                    + " \"samples\": 1}")
            .build());

    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.sampler().steps()).isEqualTo(9);
    }
  }

  @Test
  void shouldRetireATask() {
    request(serving(A1));
    var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty());
    reports.clear();

    reconciler.request(new ControlRequest(Fixture.TASK, 0, Optional.empty(), Optional.empty()));
    settle();

    assertThatThrownBy(() -> table.acquire(Fixture.TASK, "scan-2", Optional.empty()))
        .isInstanceOf(UnknownTaskException.class)
        .hasMessage("task 'tiny/inpaint' is not known; no task is served");
    assertThat(networks.open).as("a lease is still out").hasValue(1);
    lease.close();
    settle();
    assertThat(networks.open).hasValue(0);
    assertThat(Fixture.describe(reports))
        .containsExactly("a-1 DRAINING", "- RETIRED", "a-1 DRAINED", "- RETIRED");
  }

  @Test
  void shouldWaitForWeightsWhileOnlyTheConnectionFails() {
    reconciler = reconciler(Duration.ZERO);
    for (var failure :
        List.of(
            new RegistryAwayException(new java.net.ConnectException("Connection refused")),
            new org.apache.kafka.common.errors.TimeoutException("no answer"))) {
      away = failure;
      reports.clear();
      request(serving(A1));

      assertThat(reconciler.idle()).isFalse();
      assertThat(reconciler.waitsFor().orElseThrow()).contains("a-1", failure.getMessage());
      assertThat(Fixture.describe(reports)).doesNotContain("a-1 REFUSED");
    }
    away = null;
    request(serving(A1));

    assertThat(reconciler.idle()).isTrue();
    assertThat(reconciler.waitsFor()).isEmpty();
    assertThat(served()).contains("a-1");
  }

  @Test
  void shouldLoadAKnownIdWithANewDescription() {
    request(serving(A1));
    var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty());
    reports.clear();
    var described = Fixture.with(A1, "validation", Map.of("psnr", 30));

    request(serving(described));

    assertThat(Fixture.describe(reports))
        .containsExactly("a-1 LOADING", "a-1 VERIFIED", "a-1 WARM", "a-1 DRAINING", "a-1 SERVING");
    assertThat(table.routing(Fixture.TASK).orElseThrow().serving().orElseThrow().manifest())
        .extracting(manifest -> manifest.validation().path("psnr").asInt())
        .isEqualTo(30);
    assertThat(networks.open).hasValue(2);
    lease.close();
    settle();
    assertThat(networks.open).hasValue(1);
  }

  @Test
  void shouldRefuseANewDescriptionThatDoesNotFitAndServeOn() {
    request(serving(A1));
    reports.clear();

    request(serving(Fixture.with(A1, "priorFingerprint", "cd".repeat(32))));

    assertThat(Fixture.describe(reports)).containsExactly("a-1 REFUSED");
    assertThat(lastReason()).contains("fingerprint " + "cd".repeat(32)).endsWith("serves on");
    assertThat(served()).contains("a-1");
    assertThat(networks.open).hasValue(1);
  }

  @Test
  void shouldSayWhichControlRecordAReportAnswers() {
    request(serving(A1));
    var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty());
    request(serving(A2));
    long second = offset - 1;
    var report = reports.get(reports.size() - 1);
    assertThat(report.controlOffset()).contains(second);

    // What is told again of an earlier record is no answer to a later one.
    reconciler.request(
        new ControlRequest(
            Fixture.TASK,
            offset++,
            Optional.of(serving(Fixture.with(A2, "featureClip", 2))),
            Optional.empty()));
    lease.close();
    while (!events.isEmpty()) {
      events.remove().run();
    }
    report = reports.get(reports.size() - 1);
    assertThat(report.adapterId()).contains("a-2");
    assertThat(report.state()).isEqualTo(AdapterState.SERVING);
    assertThat(report.controlOffset()).contains(second);

    settle();
    assertThat(updater.standing()).hasSize(1);
    assertThat(updater.standing().get(0).controlOffset()).contains(offset - 1);
  }

  @Test
  void shouldRefuseWhatTakesTooMuchToBuild() {
    request(serving(A1));
    networks.failure = new OutOfMemoryError("Java heap space");
    request(serving(A2));

    assertThat(lastReason()).contains("a-2", "Java heap space").endsWith("adapter a-1 serves on");
    networks.failure = null;
    request(serving(A3));
    assertThat(served()).contains("a-3");
  }

  @Test
  void shouldSayAtTheEndThatNothingIsServed() {
    request(serving(A1));
    reports.clear();

    updater.close();
    settle();

    assertThat(Fixture.describe(reports)).containsExactly("- STOPPED");
    assertThat(updater.standing()).isEmpty();
    assertThat(networks.open).hasValue(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "kind": "inpainting" | "kind": "no-such" | kind 'no-such' is not known
          "steps": 4 | "steps": 1001 | steps must be at most 1000, those of the prior, got 1001
          "steps": 3 | "steps": 1001 | steps must be at most 1000, those of the prior, got 1001
          "samples": 2 | "samples": 1000000 | samples must be a whole number in [1, 256]
          """)
  void shouldRefuseADefinitionThatCannotBeServed(String right, String wrong, String reason) {
    request(
        Fixture.control(Serve.TRAINING_FREE)
            .setDefinition(Fixture.taskJson(Fixture.TASK).replace(right, wrong))
            .build());

    assertThat(lastReason()).contains(reason).endsWith("the training-free method serves on");
  }

  @Test
  void shouldRefuseADefinitionWhoseOperatorIsTooLargeToBuild() {
    String definition =
        Fixture.taskJson(Fixture.TASK)
            .replaceFirst(
                "\"operator\": .*\n.*\n.*",
                "\"operator\": {\"kind\": \"ct-parallel\", \"views\": 16384, \"detectorBins\":"
                    + " 16384, \"noise\": {\"type\": \"gaussian\", \"sigma\": 0.02}},");
    request(Fixture.control(Serve.TRAINING_FREE).setDefinition(definition).build());

    assertThat(lastReason())
        .contains("16384 views of 16384 bins for images of 4x4x1")
        .endsWith("the training-free method serves on");
    request(serving(A1));
    assertThat(served()).contains("a-1");
  }

  private static final Map<String, Object> FIVE_STEPS =
      Map.of("steps", 5, "noiseLevel", 0.5, "samples", 3);

  private int steps(String measurementId, Optional<String> pinned) {
    try (var lease = table.acquire(Fixture.TASK, measurementId, pinned)) {
      return lease.sampler().steps();
    }
  }

  @Test
  void shouldSampleAnAdapterAsItWasValidated() {
    var fast = Fixture.with(A1, "sampler", FIVE_STEPS);
    var described =
        Fixture.with(
            fast,
            "validation",
            Map.of(
                "sampler",
                fast.manifest().sampler().orElseThrow().describe(),
                "residual",
                Map.of("low", 0.5, "high", 1.5)));
    request(serving(described));

    assertThat(steps("scan-1", Optional.empty())).isEqualTo(5);
    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.outOfRange(1.4)).contains(false);
      assertThat(lease.outOfRange(1.6)).contains(true);
    }

    // What was asked for wins, for what serves; the range is no longer that of its sampler.
    request(
        AdapterControl.newBuilder(serving(described))
            .setPrevious(Fixture.ref(A2))
            .setCanary(
                Fixture.ref(Fixture.with(A3, "sampler", Map.of("steps", 7, "noiseLevel", 1))))
            .setCanaryShare(0)
            .setSampler("{\"steps\": 9, \"noiseLevel\": 1}")
            .build());
    assertThat(steps("scan-1", Optional.empty())).isEqualTo(9);
    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.outOfRange(1.6)).isEmpty();
    }
    assertThat(steps("scan-1", Optional.of("a-3"))).isEqualTo(7);
    assertThat(steps("scan-1", Optional.of("a-2"))).as("as its task says").isEqualTo(3);
  }

  @Test
  void shouldRefuseAnAdapterWhoseSamplerThePriorCannotFollow() {
    request(serving(Fixture.with(A1, "sampler", Map.of("steps", 1001, "noiseLevel", 1))));

    assertThat(lastReason()).contains("a-1, sampler: steps must be at most 1000");
  }
}
