package org.deftstream.tests.faults;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.messaging.admin.Connection;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.TopicDefinition;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.Platform;

/**
 * A load on a topic of measurements that is made anew and grows: records are told apart by their
 * keys, because offsets begin again. Used by one thread; to be closed.
 */
final class TopicLoad implements AutoCloseable {
  /** Records that wait at any time. */
  private static final int BACKLOG = 300;

  private final Topics topics;
  private final Map<String, Object> kafka;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Serializer<Measurement> serializer;
  private final Deserializer<Reconstruction> deserializer;
  private final Map<String, Integer> answers = new HashMap<>();
  private final Set<String> present = new HashSet<>();
  private final Set<String> deleted = new HashSet<>();
  private KafkaProducer<byte[], byte[]> producer;
  private int partitions;
  private int sent;
  private int deadLetters;

  /** Makes the topics. */
  TopicLoad(Brokers brokers, String name, int partitions) {
    this.partitions = partitions;
    topics = Topics.withPrefix(name + ".");
    kafka = Map.of("bootstrap.servers", brokers.bootstrapServers());
    new TopicAdmin(Connection.to(brokers.bootstrapServers(), brokers.registryUrl()))
        .create(topics, partitions, Optional.of((short) brokers.copies()));
    admin = Admin.create(kafka);
    var serdes = Serdes.of(brokers.registryUrl());
    serializer = serdes.serializer(Measurement.class);
    deserializer = serdes.deserializer(Reconstruction.class);
    Map<String, Object> reading = new HashMap<>(kafka);
    reading.put("isolation.level", "read_committed");
    reading.put("auto.offset.reset", "earliest");
    reading.put("enable.auto.commit", false);
    reading.put("metadata.max.age.ms", 1_000);
    consumer =
        new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    open();
  }

  private void open() {
    producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Keeps a backlog, and reads, until so many records more were answered. */
  void run(int more) {
    int until = answers.size() + more;
    await(
        () -> {
          top();
          return answers.size() >= until;
        },
        more + " answers more");
  }

  private void top() throws Exception {
    while (present.size() - answered() < BACKLOG) {
      var id = "m-" + sent++;
      producer.send(
          new ProducerRecord<>(
              topics.measurements(),
              sent % partitions,
              id.getBytes(java.nio.charset.StandardCharsets.UTF_8),
              serializer.serialize(topics.measurements(), FaultModel.measurement(id))));
      present.add(id);
    }
    producer.flush();
    read();
  }

  private int answered() {
    return (int) present.stream().filter(answers::containsKey).count();
  }

  /** Waits until all is answered that is in the topic, and a while for what comes twice. */
  void finish() {
    await(
        () -> {
          read();
          return answered() == present.size();
        },
        "answer all that is there");
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    while (System.nanoTime() < end) {
      read();
    }
  }

  private void await(java.util.concurrent.Callable<Boolean> condition, String what) {
    Deadline.await(
        Platform.PATIENCE,
        answers::size,
        () -> what + " (" + answered() + " of " + present.size() + " that are there)",
        condition);
  }

  private void read() {
    var assigned =
        Stream.of(topics.reconstructions(), topics.deadLetters())
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList();
    if (assigned.size() != consumer.assignment().size()) {
      consumer.assign(assigned);
    }
    for (var record : consumer.poll(Duration.ofMillis(100))) {
      if (record.topic().equals(topics.reconstructions())) {
        var id = deserializer.deserialize(record.topic(), record.value()).getMeasurementId();
        answers.merge(id, 1, Integer::sum);
      } else {
        deadLetters++;
      }
    }
  }

  /** Deletes the topic, with whatever is in it, and makes it again. */
  void makeAnew() throws Exception {
    producer.close();
    admin.deleteTopics(List.of(topics.measurements())).all().get(1, TimeUnit.MINUTES);
    read();
    deleted.addAll(present);
    present.clear();
    var definition =
        topics.definitions(partitions).stream()
            .filter(each -> each.name().equals(topics.measurements()))
            .findFirst()
            .orElseThrow();
    Deadline.await(Platform.PATIENCE, () -> "make the topic", () -> made(definition));
    open();
  }

  private boolean made(TopicDefinition definition) throws Exception {
    try {
      admin
          .createTopics(
              List.of(
                  new NewTopic(definition.name(), Optional.of(partitions), Optional.<Short>empty())
                      .configs(definition.settings())))
          .all()
          .get(1, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      // The old one is there for a moment longer.
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
    return count(definition.name()) == partitions;
  }

  /** Gives the topic of measurements one partition more, and nothing to the others. */
  void grow() throws Exception {
    partitions++;
    admin
        .createPartitions(Map.of(topics.measurements(), NewPartitions.increaseTo(partitions)))
        .all()
        .get(1, TimeUnit.MINUTES);
    Deadline.await(
        Platform.PATIENCE,
        () -> "grow the topic",
        () -> count(topics.measurements()) == partitions);
    producer.close();
    open();
  }

  private int count(String topic) throws Exception {
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
      throw e;
    }
  }

  int sent() {
    return sent;
  }

  /** Records that were deleted with their topic before they were answered. */
  long goneWithTheTopic() {
    return deleted.stream().filter(id -> !answers.containsKey(id)).count();
  }

  int deadLetters() {
    return deadLetters;
  }

  /** Records without an answer that were not deleted. */
  int lost() {
    return present.size() - answered();
  }

  /** Keys that were answered more than once. */
  long duplicated() {
    return answers.values().stream().filter(times -> times > 1).count();
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
    consumer.close();
    serializer.close();
    deserializer.close();
    admin.close(Duration.ofSeconds(5));
  }
}
