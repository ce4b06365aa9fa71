package org.deftstream.tests.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Reconstruction;

/** Reads reconstructions and dead letters as a consumer of committed records sees them. */
public final class Answers implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Topics topics;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<Reconstruction> deserializer;
  private final List<Reconstruction> reconstructions = new ArrayList<>();
  private final List<ConsumerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();

  /** Reads from the beginning of both topics. */
  public Answers(String bootstrapServers, String registryUrl, Topics topics) {
    this(Map.of("bootstrap.servers", bootstrapServers), registryUrl, topics);
  }

  /** As above, with all settings of the consumer. */
  public Answers(Map<String, Object> kafka, String registryUrl, Topics topics) {
    this.topics = topics;
    deserializer = Serdes.of(registryUrl).deserializer(Reconstruction.class);
    var config = new java.util.HashMap<>(kafka);
    config.put("isolation.level", "read_committed");
    config.put("auto.offset.reset", "earliest");
    config.put("enable.auto.commit", false);
    consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(
        Stream.of(topics.reconstructions(), topics.deadLetters())
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList());
  }

  /** Reads until at least so many answers have come; patience begins anew with each of them. */
  public Answers await(int number) {
    Deadline.await(
        Platform.PATIENCE,
        this::count,
        () -> "answer " + number + " records, only " + count() + ",",
        () -> {
          poll();
          return count() >= number;
        });
    return this;
  }

  /** Reads what else there is. */
  public Answers readToEnd() {
    var ends = consumer.endOffsets(consumer.assignment());
    Deadline.await(
        Platform.PATIENCE,
        this::count,
        () -> "read to the end",
        () -> {
          poll();
          return ends.entrySet().stream()
              .allMatch(each -> consumer.position(each.getKey()) >= each.getValue());
        });
    return this;
  }

  private void poll() {
    for (var record : consumer.poll(POLL)) {
      if (record.topic().equals(topics.reconstructions())) {
        reconstructions.add(deserializer.deserialize(record.topic(), record.value()));
      } else {
        deadLetters.add(record);
      }
    }
  }

  /** How many answers have come. */
  public int count() {
    return reconstructions.size() + deadLetters.size();
  }

  /** The reconstructions that have come. */
  public List<Reconstruction> reconstructions() {
    return reconstructions;
  }

  /** The classes of the dead letters' errors, sorted. */
  public List<String> reasons() {
    return deadLetters.stream()
        .map(each -> header(each, DeadLetterHeaders.ERROR_CLASS))
        .sorted()
        .toList();
  }

  /** Asserts one answer for each of the records 0 to n - 1, sent to the partitions in turn. */
  void assertExactlyOnce(int records, int partitions) {
    List<String> answered = new ArrayList<>();
    for (var each : reconstructions) {
      var from = each.getProvenance();
      answered.add(from.getSourcePartition() + "@" + from.getSourceOffset());
    }
    for (var letter : deadLetters) {
      answered.add(
          header(letter, DeadLetterHeaders.PARTITION)
              + "@"
              + header(letter, DeadLetterHeaders.OFFSET));
    }
    var expected = new TreeSet<String>();
    for (int i = 0; i < records; i++) {
      expected.add(i % partitions + "@" + i / partitions);
    }
    assertThat(answered).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
