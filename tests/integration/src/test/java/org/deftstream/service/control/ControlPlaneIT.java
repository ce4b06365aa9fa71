package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterSignature;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.devstack.stack.EmbeddedStack;
import org.deftstream.devstack.stack.StackSettings;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.ControlSettings;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.messaging.control.GuardSettings;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.messaging.control.StatusWatch;
import org.deftstream.messaging.control.TrustedKeys;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;
import org.deftstream.schemas.avro.AdapterWeightsChunk;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of an adapter over a real broker and registry. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ControlPlaneIT {
  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final long MAX_BYTES = 4L << 20;

  private static final RefusalTable REFUSALS = new RefusalTable();

  @TempDir static Path directory;
  private static EmbeddedStack stack;

  private final ClosedFormNetworks networks = new ClosedFormNetworks();
  private final List<AdapterStatus> seen = new ArrayList<>();
  private Topics topics;
  private PublisherSettings access;
  private AdapterPublisher publisher;

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.start(StackSettings.in(directory));
  }

  @AfterAll
  static void stopStack() throws IOException {
    stack.close();
    REFUSALS.write();
  }

  @BeforeEach
  void createTopics(TestInfo test) {
    topics = Topics.withPrefix(test.getTestMethod().orElseThrow().getName() + ".");
    new TopicAdmin(stack.connection()).create(topics, 1, Optional.empty());
    access =
        new PublisherSettings(
            kafka(), Serdes.of(stack.registryUrl()), topics, Duration.ofSeconds(30), "test");
    publisher = new AdapterPublisher(access);
  }

  private static Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", stack.bootstrapServers());
  }

  private ControlPlane start(String instance, Duration loadTimeout) {
    return start(instance, loadTimeout, TrustedKeys.NONE);
  }

  private ControlPlane start(String instance, Duration loadTimeout, TrustedKeys keys) {
    var settings =
        new ControlSettings(
            kafka(),
            Serdes.of(stack.registryUrl()),
            topics,
            instance,
            BatchSizes.upTo(4),
            MAX_BYTES,
            loadTimeout,
            Duration.ofSeconds(30),
            GuardSettings.defaults(),
            keys);
    return ControlPlane.start(
        settings, List.of(Fixture.task()), Fixture.PRIORS, networks, CanaryRollback.NONE);
  }

  private ControlPlane startReady() {
    var plane = start("one", WAIT);
    plane.awaitReady(WAIT);
    return plane;
  }

  /** Does something and waits for what the instance reports about an adapter. */
  private AdapterStatus settled(Optional<String> adapterId, Runnable change) {
    try (var watch = StatusWatch.open(access)) {
      change.run();
      return watch
          .await(StatusWatch.settled(Fixture.TASK, adapterId), seen::add, WAIT)
          .orElseThrow(() -> new AssertionError("no report; seen: " + seen));
    }
  }

  private AdapterStatus serve(AdapterDirectory.Content adapter) {
    return settled(
        Optional.of(adapter.manifest().adapterId()), () -> publisher.pushStable(adapter));
  }

  private static Optional<String> served(ControlPlane plane) {
    try (var lease = plane.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      return lease.adapterId();
    }
  }

  private static AdapterDirectory.Content large(String id) {
    return Fixture.adapter(id, 3, 3 * Topics.WEIGHTS_CHUNK_BYTES / 2);
  }

  @Test
  void shouldServeRollBackAndReadItsStateBack() {
    try (var plane = startReady()) {
      assertThat(served(plane)).isEmpty();

      assertThat(serve(Fixture.adapter("a-1", 1)).getState()).isEqualTo(AdapterState.SERVING);
      assertThat(seen.stream().map(AdapterStatus::getState))
          .containsSubsequence(
              AdapterState.LOADING, AdapterState.VERIFIED, AdapterState.WARM, AdapterState.SERVING);
      assertThat(served(plane)).contains("a-1");

      // In two chunks.
      assertThat(serve(large("a-2")).getState()).isEqualTo(AdapterState.SERVING);
      assertThat(served(plane)).contains("a-2");

      var back =
          settled(
              Optional.of("a-1"), () -> publisher.change(Fixture.TASK, ControlChanges::rollback));
      assertThat(back.getState()).isEqualTo(AdapterState.SERVING);
      assertThat(served(plane)).contains("a-1");
      assertThat(networks.opened).as("nothing was loaded again").hasValue(2);
    }
    assertThat(networks.open).hasValue(0);

    try (var plane = startReady()) {
      assertThat(served(plane)).contains("a-1");
      var view = plane.views().get(0);
      assertThat(view.loaded()).containsExactlyInAnyOrder("a-1", "a-2");
      assertThat(view.method()).isEqualTo("deft");

      var free =
          settled(
              Optional.empty(), () -> publisher.change(Fixture.TASK, ControlChanges::trainingFree));
      assertThat(free.getState()).isEqualTo(AdapterState.SERVING);
      assertThat(served(plane)).isEmpty();
    }
  }

  /** What is served stays until the new topic says otherwise, however long it is. */
  @Test
  void shouldFollowAControlTopicThatIsMadeAnew() throws Exception {
    try (var plane = startReady()) {
      for (int i = 1; i <= 3; i++) {
        assertThat(serve(Fixture.adapter("a-" + i, i)).getState()).isEqualTo(AdapterState.SERVING);
      }
      makeAnew(topics.adapters());
      assertThat(served(plane)).contains("a-3");
      assertThat(serve(Fixture.adapter("fewer", 4)).getState()).isEqualTo(AdapterState.SERVING);
      assertThat(served(plane)).contains("fewer");

      makeAnew(topics.adapters());
      for (int i = 0; i < 20; i++) {
        publisher.pushStable(Fixture.adapter("more-" + i, i));
      }
      assertThat(serve(Fixture.adapter("last", 5)).getState()).isEqualTo(AdapterState.SERVING);
      assertThat(served(plane)).contains("last");
      assertThat(plane.failure()).isEmpty();
      assertThat(plane.ready()).isTrue();
    }
  }

  /** With the settings of the first one; Kafka may still be busy with its end. */
  private void makeAnew(String topic) throws Exception {
    try (var admin = Admin.create(kafka())) {
      admin.deleteTopics(List.of(topic)).all().get();
    }
    long end = System.nanoTime() + WAIT.toNanos();
    while (true) {
      try {
        new TopicAdmin(stack.connection()).create(topics, 1, Optional.empty());
        return;
      } catch (UserError e) {
        assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(end);
      }
    }
  }

  @Test
  void shouldRefuseWhatDoesNotFitAndServeOn() {
    try (var plane = startReady()) {
      serve(Fixture.adapter("a-1", 1));

      assertRefused(
          plane,
          "another prior's fingerprint",
          Fixture.with(Fixture.adapter("a-2", 2), "priorFingerprint", "cd".repeat(32)),
          "prior tiny with fingerprint " + "cd".repeat(32));
      assertRefused(
          plane, "weights that are NaN", Fixture.adapter("a-3", Float.NaN), "NaN or infinity");
      assertRefused(
          plane,
          "more bytes than are allowed",
          Fixture.adapter("a-4", 4, (int) MAX_BYTES),
          "are accepted");
      assertRefused(plane, "a byte changed", corrupted(large("a-5")), "SHA-256");

      assertThat(serve(Fixture.adapter("a-6", 6)).getState()).isEqualTo(AdapterState.SERVING);
      assertThat(served(plane)).contains("a-6");
    }
  }

  private void assertRefused(
      ControlPlane plane, String flaw, AdapterDirectory.Content adapter, String reason) {
    var status = serve(adapter);
    REFUSALS.add(flaw, status);
    assertThat(status.getState()).isEqualTo(AdapterState.REFUSED);
    assertThat(status.getReason())
        .contains(adapter.manifest().adapterId())
        .contains(reason)
        .endsWith("; adapter a-1 serves on");
    assertThat(served(plane)).contains("a-1");
  }

  /** The same manifest with other weights of the same length. */
  private static AdapterDirectory.Content corrupted(AdapterDirectory.Content adapter) {
    byte[] file = adapter.weightsFile().clone();
    file[file.length / 2] ^= 1;
    return new AdapterDirectory.Content(adapter.manifest(), file);
  }

  @Test
  void shouldRefuseChunksThatAreMissingOrFalse() {
    var adapter = large("a-1");
    String sha256 = adapter.manifest().weightsSha256();
    // Known, not served, before the service is there.
    publisher.push(adapter);
    var foreign = new AdapterWeightsChunk("ff", 7, 9, ByteBuffer.allocate(1));
    var serializer = Serdes.of(stack.registryUrl()).serializer(AdapterWeightsChunk.class);
    write(
        topics.adapterWeights(),
        sha256 + "/1",
        serializer.serialize(topics.adapterWeights(), foreign));
    serializer.close();

    try (var plane = start("one", Duration.ofSeconds(2))) {
      plane.awaitReady(WAIT);
      var falseChunk = activate("a-1");
      REFUSALS.add("a chunk of other weights", falseChunk);
      assertThat(falseChunk.getState()).isEqualTo(AdapterState.REFUSED);
      assertThat(falseChunk.getReason()).contains("calls itself ff/7");

      write(topics.adapterWeights(), sha256 + "/1", null);
      var missing = activate("a-1");
      REFUSALS.add("a chunk missing", missing);
      assertThat(missing.getState()).isEqualTo(AdapterState.REFUSED);
      assertThat(missing.getReason()).contains("did not come within 2 s: [1]");
      assertThat(served(plane)).isEmpty();

      publisher.push(adapter);
      assertThat(activate("a-1").getState()).isEqualTo(AdapterState.SERVING);
    }
  }

  @Test
  void shouldRefuseHostileAdaptersAndServeOn() throws Exception {
    var generator = KeyPairGenerator.getInstance("Ed25519");
    var trusted = generator.generateKeyPair();
    var signed = new AdapterPublisher(access, Optional.of(trusted.getPrivate()));
    publisher = signed;
    try (var plane =
        start("one", Duration.ofSeconds(5), TrustedKeys.of(List.of(trusted.getPublic())))) {
      plane.awaitReady(WAIT);
      assertThat(serve(Fixture.adapter("a-1", 1)).getState()).isEqualTo(AdapterState.SERVING);

      assertRefused(
          plane,
          "another operator's fingerprint",
          Fixture.with(Fixture.adapter("a-2", 2), "operatorFingerprint", "ef".repeat(32)),
          "operator fingerprint " + "ef".repeat(32));
      publisher = new AdapterPublisher(access);
      assertRefused(plane, "no signature", Fixture.adapter("a-3", 3), "is not signed");
      var foreign = generator.generateKeyPair().getPrivate();
      publisher = new AdapterPublisher(access, Optional.of(foreign));
      assertRefused(
          plane, "signed with a foreign key", Fixture.adapter("a-4", 4), "none of the 1 keys");
      publisher = signed;

      var truncated = large("a-5");
      publisher.push(truncated);
      cutChunk(truncated);
      var cut = activate("a-5");
      REFUSALS.add("a chunk cut short", cut);
      assertThat(cut.getReason()).contains("a-5 has chunks of").contains("announces");
      for (var id : List.of("../../a-1", "/etc/passwd", "a-1/../a-6", "a\u0000b", "")) {
        var refused = named(id, trusted.getPrivate());
        REFUSALS.add("a name that is a path, or is not printable, or is empty", refused);
        assertThat(refused.getReason())
            .contains("adapterId must be")
            .endsWith("; adapter a-1 serves on");
      }
      assertThat(served(plane)).contains("a-1");
      assertThat(networks.open).hasValue(1);
    }
  }

  private void cutChunk(AdapterDirectory.Content adapter) {
    var whole = AdapterPublisher.chunks(adapter.manifest().weightsSha256(), adapter.weightsFile());
    var second = whole.get(1);
    var cut =
        new AdapterWeightsChunk(
            second.getSha256(), 1, second.getCount(), second.getData().duplicate().limit(9));
    try (var values = Serdes.of(stack.registryUrl()).serializer(AdapterWeightsChunk.class)) {
      write(
          topics.adapterWeights(),
          second.getSha256() + "/1",
          values.serialize(topics.adapterWeights(), cut));
    }
  }

  /** Asks for an adapter whose manifest and reference give it a name of any kind. */
  private AdapterStatus named(String id, PrivateKey key) {
    var ref = Fixture.ref(Fixture.adapter("a-7", 7));
    var name = new com.fasterxml.jackson.databind.node.TextNode(id).toString();
    var manifest = ref.getManifest().replace("\"a-7\"", name);
    var hostile =
        AdapterRef.newBuilder(ref)
            .setAdapterId(id)
            .setManifest(manifest)
            .setSignature(AdapterSignature.sign(key, manifest, ref.getWeightsSha256()))
            .build();
    return settled(
        Optional.of(id),
        () ->
            publisher.change(
                Fixture.TASK,
                state -> AdapterControl.newBuilder(state).setStable(hostile).build()));
  }

  private AdapterStatus activate(String id) {
    return settled(
        Optional.of(id),
        () -> publisher.change(Fixture.TASK, state -> ControlChanges.activate(state, id)));
  }

  private static void write(String topic, String key, byte[] value) {
    try (var producer =
        new KafkaProducer<>(kafka(), new StringSerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, key, value));
      producer.flush();
    }
  }

  @Test
  void shouldSurviveARecordThatCannotBeReadAndRetireATask() {
    try (var plane = startReady()) {
      serve(Fixture.adapter("a-1", 1));

      var garbage =
          settled(
              Optional.empty(),
              () ->
                  write(
                      topics.adapters(), Fixture.TASK, "garbage".getBytes(StandardCharsets.UTF_8)));
      assertThat(garbage.getState()).isEqualTo(AdapterState.REFUSED);
      assertThat(garbage.getReason()).contains("cannot be read");
      assertThat(served(plane)).contains("a-1");

      var retired = settled(Optional.empty(), () -> publisher.retire(Fixture.TASK));
      assertThat(retired.getState()).isEqualTo(AdapterState.RETIRED);
      assertThatThrownBy(() -> served(plane)).isInstanceOf(UnknownTaskException.class);
      assertThat(plane.failure()).isEmpty();
    }
  }

  @Test
  void shouldPublishNothingWhenTheChangeIsNotAllowed() {
    publisher.push(Fixture.adapter("a-1", 1));

    assertThatThrownBy(() -> publisher.push(Fixture.adapter("a-1", 2)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("ids are never reused");
    assertThatThrownBy(
            () ->
                publisher.push(
                    Fixture.adapter("a-2", 2), state -> ControlChanges.activate(state, "a-3")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("has no adapter 'a-3'");

    var state = ControlTopic.read(access).get(Fixture.TASK);
    assertThat(ControlChanges.known(state)).containsOnlyKeys("a-1");
    assertThat(state.getIssuedBy()).isEqualTo("test");
  }

  @Test
  void shouldSayWhichTopicIsMissing() {
    topics = Topics.withPrefix("nowhere.");

    assertThatThrownBy(() -> start("one", WAIT))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nowhere.adapters");
  }
}
