package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.devstack.stack.EmbeddedStack;
import org.deftstream.devstack.stack.StackSettings;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlSettings;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;
import org.deftstream.schemas.avro.Serve;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Control records that come while the schema registry is not there, or does not answer. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RegistryOutageIT {
  private static final Duration WAIT = Duration.ofSeconds(90);
  private static final List<String> NEW = List.of("unit/one", "unit/two", "unit/three");

  @TempDir static Path directory;
  private static EmbeddedStack stack;
  private static int number;

  private FaultyWay way;
  private Topics topics;
  private PublisherSettings access;

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.start(StackSettings.in(directory));
  }

  @AfterAll
  static void stopStack() {
    stack.close();
  }

  @BeforeEach
  void createTopics() throws IOException {
    way = new FaultyWay(stack.registryUrl());
    topics = Topics.withPrefix("outage-" + Integer.toHexString(number++) + ".");
    new TopicAdmin(stack.connection()).create(topics, 1, Optional.empty());
    access =
        new PublisherSettings(
            kafka(), Serdes.of(stack.registryUrl()), topics, Duration.ofSeconds(30), "test");
  }

  @AfterEach
  void closeWay() throws IOException {
    way.close();
  }

  private static Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", stack.bootstrapServers());
  }

  private ControlPlane start() {
    var settings =
        ControlSettings.of(
            kafka(),
            Serdes.of(
                way.url(), Map.of("http.connect.timeout.ms", 1_000, "http.read.timeout.ms", 1_000)),
            topics,
            "instance-1",
            BatchSizes.upTo(2));
    return ControlPlane.start(
        settings,
        List.of(Fixture.task()),
        Fixture.PRIORS,
        new ClosedFormNetworks(),
        CanaryRollback.NONE);
  }

  private void ask(List<String> tasks) {
    try (var values = Serdes.of(stack.registryUrl()).serializer(AdapterControl.class);
        var producer =
            new KafkaProducer<>(kafka(), new StringSerializer(), new ByteArraySerializer())) {
      for (var task : tasks) {
        var state =
            Fixture.control(Serve.TRAINING_FREE)
                .setTask(task)
                .setDefinition(Fixture.taskJson(task))
                .build();
        producer.send(
            new ProducerRecord<>(
                topics.adapters(), task, values.serialize(topics.adapters(), state)));
      }
      producer.flush();
    }
  }

  private static void until(BooleanSupplier condition, String what) throws InterruptedException {
    long deadline = System.nanoTime() + WAIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private static boolean serves(ControlPlane plane, String task) {
    return plane.views().stream().anyMatch(view -> view.task().equals(task));
  }

  private void assertNothingRefused() {
    assertThat(ControlTopic.statuses(access).values())
        .extracting(AdapterStatus::getState)
        .doesNotContain(AdapterState.REFUSED);
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSES", "HANGS"})
  void shouldTakeUpRecordsThatCameDuringAnOutage(FaultyWay.Fault fault) throws Exception {
    try (var plane = start()) {
      plane.awaitReady(WAIT);
      way.set(fault);
      ask(NEW);
      until(() -> plane.waitsFor().isPresent(), "the records wait");
      assertThat(plane.waitsFor().orElseThrow()).contains("schema registry");

      way.set(FaultyWay.Fault.NONE);

      until(() -> NEW.stream().allMatch(task -> serves(plane, task)), "all are served");
      assertThat(plane.failure()).isEmpty();
      assertNothingRefused();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSES", "HANGS"})
  void shouldNotBeReadyBeforeTheRecordsOfTheTopicAreTakenUp(FaultyWay.Fault fault)
      throws Exception {
    ask(NEW);
    way.set(fault);
    try (var plane = start()) {
      until(() -> plane.waitsFor().isPresent(), "the records wait");
      assertThat(plane.ready()).isFalse();

      way.set(FaultyWay.Fault.NONE);

      plane.awaitReady(WAIT);
      assertThat(plane.views()).extracting(TaskView::task).containsAll(NEW);
      assertNothingRefused();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSES", "HANGS"})
  void shouldLoadAnAdapterWhoseWeightsCameDuringAnOutage(FaultyWay.Fault fault) throws Exception {
    var publisher = new AdapterPublisher(access);
    try (var plane = start()) {
      plane.awaitReady(WAIT);
      // The schema of control records is known from then on, that of weights is not.
      publisher.change(Fixture.TASK, state -> state);
      until(
          () -> plane.statuses().stream().anyMatch(status -> status.desired().isPresent()),
          "the record is taken up");
      way.set(fault);
      publisher.pushStable(Fixture.adapter("a-1", 1));
      until(() -> plane.waitsFor().isPresent(), "the weights wait");

      way.set(FaultyWay.Fault.NONE);

      until(
          () ->
              plane.views().stream().anyMatch(view -> view.adapterId().equals(Optional.of("a-1"))),
          "the adapter is served");
      assertNothingRefused();
    }
  }

  @Test
  void shouldReportOnceOnATaskThatWasChangedOftenBeforeTheStart() throws Exception {
    ask(java.util.Collections.nCopies(20_000, "unit/one"));
    try (var plane = start()) {
      plane.awaitReady(WAIT);
      assertThat(plane.statuses())
          .filteredOn(status -> status.task().equals("unit/one"))
          .singleElement()
          .satisfies(status -> assertThat(status.history()).hasSize(1));
    }
  }
}
