package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.admin.Connection;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.service.ledger.LedgerStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics that are made anew, grow or go away, under a running service and while none runs. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TopicChangesIT {
  private static final Duration FAST = Duration.ofMillis(1);

  /** With 8 steps: a record takes half a second. */
  private static final Duration SLOW = Duration.ofMillis(60);

  @TempDir static Path directory;
  private static ServiceStack stack;

  private Admin admin;
  private ServiceStack.Scenario scenario;
  private Topics topics;

  @BeforeAll
  static void startStack() {
    stack = new ServiceStack(directory);
  }

  @AfterAll
  static void stopStack() {
    if (stack != null) {
      stack.close();
    }
  }

  @BeforeEach
  void start() {
    admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()));
    scenario = stack.scenario(2);
    topics = scenario.topics();
  }

  @AfterEach
  void stop() {
    scenario.close();
    admin.close();
  }

  /** The new log is longer than what was consumed of the old one, and shorter, in turns. */
  @Test
  void shouldAnswerATopicThatIsMadeAnewUnderARunningService() throws Exception {
    try (var answers = scenario.answers();
        var service = scenario.start("one", FAST)) {
      send("first", 6, 2);
      answers.await(6);
      makeAnew(topics.measurements(), 2);
      send("longer", 60, 2);
      answers.await(66);
      makeAnew(topics.measurements(), 2);
      send("shorter", 4, 2);
      answers.await(70);
      assertThat(service.ready()).isTrue();
      service.close();
      assertThat(answers.readToEnd().deadLetters())
          .extracting(each -> Answers.header(each, DeadLetterHeaders.MESSAGE))
          .isEmpty();
      assertAnsweredOnce(answers, Map.of("first", 6, "longer", 60, "shorter", 4));
    }
  }

  /** What was consumed of the old topic and not answered leaves as dead letters. */
  @Test
  void shouldLoseNothingOfTheNewTopicWhenTheOldOneWasBeingWorkedOn() throws Exception {
    try (var answers = scenario.answers();
        var service = scenario.start("one", SLOW)) {
      send("old", 100, 2);
      answers.await(2);
      makeAnew(topics.measurements(), 2);
      send("new", 100, 2);
      await(() -> count(answers, "new") == 100);
      service.close();
      answers.readToEnd();
      assertThat(count(answers, "new")).isEqualTo(100);
      assertNoneTwice(answers);
      assertThat(answers.reasons().keySet()).isSubsetOf(Set.of("SourceRecordGone"));
    }
  }

  @Test
  void shouldAnswerATopicThatWasMadeAnewWhileNoServiceRan() throws Exception {
    try (var answers = scenario.answers()) {
      try (var first = scenario.start("one", FAST)) {
        send("first", 20, 2);
        answers.await(20);
      }
      makeAnew(topics.measurements(), 2);
      send("second", 60, 2);
      try (var second = scenario.start("one", FAST)) {
        answers.await(80);
      }
      assertAnsweredOnce(answers.readToEnd(), Map.of("first", 20, "second", 60));
    }
  }

  @Test
  void shouldAnswerNewPartitionsUnderARunningService() throws Exception {
    try (var service = scenario.start("one", FAST)) {
      send("before", 10, 2);
      grow(topics.measurements(), 4);
      await(() -> partitions(topics.reconstructions()) == 4);
      try (var answers = scenario.answers()) {
        send("after", 40, 4);
        answers.await(50);
        assertThat(service.ready()).isTrue();
        service.close();
        assertAnsweredOnce(answers.readToEnd(), Map.of("before", 10, "after", 40));
      }
      assertAllHave(4);
    }
  }

  /**
   * As the documents said it should be done: everything but the ledger's topic, which is Kafka's.
   */
  @Test
  void shouldAnswerNewPartitionsThatCameWhileNoServiceRan() throws Exception {
    try (var first = scenario.start("one", FAST)) {
      send("before", 10, 2);
      assertThat(first.awaitReady(ServiceStack.PATIENCE)).isTrue();
    }
    for (var topic :
        List.of(
            topics.measurements(),
            topics.probes(),
            topics.reconstructions(),
            topics.deadLetters())) {
      grow(topic, 4);
    }
    send("after", 40, 4);
    // Under its own name and at once: Kafka gives it what it had.
    try (var answers = scenario.answers();
        var second = scenario.start("one", FAST)) {
      answers.await(50);
      second.close();
      assertAnsweredOnce(answers.readToEnd(), Map.of("before", 10, "after", 40));
    }
    assertAllHave(4);
  }

  @Test
  void shouldGrowAllThatBelongTogetherOnDemand() throws Exception {
    try (var first = scenario.start("one", FAST)) {
      assertThat(first.awaitReady(ServiceStack.PATIENCE)).isTrue();
    }
    new TopicAdmin(Connection.to(stack.bootstrapServers(), stack.registryUrl()))
        .grow(topics, LedgerStore.changelog(scenario.name()), 3);
    assertAllHave(3);
    send("after", 30, 3);
    try (var answers = scenario.answers();
        var second = scenario.start("one", FAST)) {
      answers.await(30);
      second.close();
      assertAnsweredOnce(answers.readToEnd(), Map.of("after", 30));
    }
  }

  /** It holds all that is in flight again, so that another process can take that over. */
  @Test
  void shouldMakeTheLedgersTopicAnewWhenItIsDeletedUnderARunningService() throws Exception {
    var ledger = LedgerStore.changelog(scenario.name());
    try (var answers = scenario.answers();
        var service = scenario.start("one", SLOW)) {
      send("first", 40, 2);
      answers.await(2);
      delete(ledger);
      send("second", 40, 2);
      await(() -> partitions(ledger) == 2);
      answers.await(80);
      assertThat(service.ready()).isTrue();
      service.close();
      assertAnsweredOnce(answers.readToEnd(), Map.of("first", 40, "second", 40));
    }
    try (var answers = scenario.answers();
        var second = scenario.start("two", FAST)) {
      send("third", 10, 2);
      answers.await(90);
      second.close();
      assertThat(answers.readToEnd().deadLetters()).isEmpty();
      assertAnsweredOnce(answers, Map.of("first", 40, "second", 40, "third", 10));
    }
  }

  @Test
  void shouldRefuseMoreProbesThanMeasurementsWithTheCommandThatHelps() throws Exception {
    grow(topics.probes(), 5);
    assertThatThrownBy(() -> scenario.start("one", FAST))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(topics.probes() + " has 5 partitions")
        .hasMessageContaining("the 2 of " + topics.measurements())
        .hasMessageEndingWith("deftstream topics create --partitions 5");
  }

  @Test
  void shouldWaitForATopicThatIsGoneAndSaySo() throws Exception {
    try (var answers = scenario.answers();
        var service = scenario.start("one", FAST)) {
      send("first", 10, 2);
      answers.await(10);
      delete(topics.measurements());
      await(() -> service.awaited().isPresent());
      assertThat(service.ready()).isFalse();
      assertThat(service.awaited().orElseThrow())
          .contains(topics.measurements())
          .contains("deftstream topics create");
      assertThat(service.stopped()).isNotDone();
      create(topics.measurements(), 2);
      send("second", 30, 2);
      answers.await(40);
      assertThat(service.awaited()).isEmpty();
      service.close();
      assertAnsweredOnce(answers.readToEnd(), Map.of("first", 10, "second", 30));
    }
  }

  @Test
  void shouldGoOnWhenTheAnswersTopicsAreMadeAnew() throws Exception {
    try (var service = scenario.start("one", FAST)) {
      try (var answers = scenario.answers()) {
        send("first", 10, 2);
        answers.await(10);
      }
      for (var topic : List.of(topics.reconstructions(), topics.deadLetters(), topics.probes())) {
        makeAnew(topic, 2);
      }
      try (var answers = scenario.answers()) {
        send("second", 30, 2);
        answers.await(30);
        service.close();
        assertAnsweredOnce(answers.readToEnd(), Map.of("second", 30));
      }
    }
  }

  private void send(String name, int number, int partitions) throws Exception {
    // One of its own: a producer's memory of a topic is not what is tested.
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", stack.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < number; i++) {
        producer
            .send(
                new ProducerRecord<>(
                    topics.measurements(),
                    i % partitions,
                    null,
                    scenario.bytes(SmallRecords.good(name + "-" + i))))
            .get(1, TimeUnit.MINUTES);
      }
    }
  }

  private static int count(Answers answers, String name) {
    answers.read();
    return (int)
        answers.reconstructions().stream()
            .filter(each -> each.getMeasurementId().startsWith(name + "-"))
            .count();
  }

  private static void assertNoneTwice(Answers answers) {
    assertThat(answers.reconstructions().stream().map(Reconstruction::getMeasurementId))
        .doesNotHaveDuplicates();
  }

  private static void assertAnsweredOnce(Answers answers, Map<String, Integer> sent) {
    List<String> expected = new ArrayList<>();
    sent.forEach(
        (name, number) -> {
          for (int i = 0; i < number; i++) {
            expected.add(name + "-" + i);
          }
        });
    assertThat(answers.reconstructions().stream().map(Reconstruction::getMeasurementId))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  private void makeAnew(String topic, int partitions) throws Exception {
    delete(topic);
    create(topic, partitions);
  }

  private void delete(String topic) throws Exception {
    admin.deleteTopics(List.of(topic)).all().get(1, TimeUnit.MINUTES);
  }

  /** The settings are those of the first one; Kafka may still be busy with its end. */
  private void create(String topic, int partitions) throws Exception {
    var definition =
        topics.definitions(partitions).stream()
            .filter(each -> each.name().equals(topic))
            .findFirst()
            .orElseThrow();
    await(
        () -> {
          try {
            admin
                .createTopics(
                    List.of(
                        new NewTopic(topic, Optional.of(partitions), Optional.<Short>empty())
                            .configs(definition.settings())))
                .all()
                .get(1, TimeUnit.MINUTES);
            return true;
          } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
              return false;
            }
            throw new AssertionError(e);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    await(() -> partitions(topic) == partitions);
  }

  private void grow(String topic, int partitions) throws Exception {
    admin
        .createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
        .all()
        .get(1, TimeUnit.MINUTES);
  }

  private int partitions(String topic) {
    try {
      return admin
          .describeTopics(List.of(topic))
          .allTopicNames()
          .get(1, TimeUnit.MINUTES)
          .get(topic)
          .partitions()
          .size();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return 0;
      }
      throw new AssertionError(e);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void assertAllHave(int number) {
    var found = new HashMap<String, Integer>();
    var together =
        List.of(
            topics.measurements(),
            topics.probes(),
            topics.reconstructions(),
            topics.deadLetters(),
            LedgerStore.changelog(scenario.name()));
    together.forEach(topic -> found.put(topic, partitions(topic)));
    assertThat(found.values()).containsOnly(number);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + ServiceStack.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }
}
