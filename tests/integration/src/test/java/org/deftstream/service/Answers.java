package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

/** Reads what was published, as a consumer of committed records sees it. */
final class Answers implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Topics topics;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<Reconstruction> deserializer;
  private final List<Reconstruction> reconstructions = new ArrayList<>();
  private final List<ConsumerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();

  Answers(String bootstrapServers, String registryUrl, Topics topics) {
    this.topics = topics;
    deserializer = Serdes.of(registryUrl).deserializer(Reconstruction.class);
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", bootstrapServers);
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

  /** Reads until so many answers have come; patience begins anew with each of them. */
  Answers await(int number) {
    long deadline = System.nanoTime() + ServiceStack.PATIENCE.toNanos();
    while (count() < number) {
      assertThat(System.nanoTime())
          .as("%d of %d answers after %s", count(), number, ServiceStack.PATIENCE)
          .isLessThan(deadline);
      int before = count();
      poll();
      if (count() > before) {
        deadline = System.nanoTime() + ServiceStack.PATIENCE.toNanos();
      }
    }
    return this;
  }

  /** Reads what comes within a short time. */
  void read() {
    poll();
  }

  /** Reads what else there is; nothing may be running any more. */
  Answers readToEnd() {
    var ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream()
        .anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
      poll();
    }
    return this;
  }

  int count() {
    return reconstructions.size() + deadLetters.size();
  }

  List<Reconstruction> reconstructions() {
    return reconstructions;
  }

  List<ConsumerRecord<byte[], byte[]>> deadLetters() {
    return deadLetters;
  }

  /** Dead letters by error class. */
  Map<String, Long> reasons() {
    var reasons = new TreeMap<String, Long>();
    for (var letter : deadLetters) {
      reasons.merge(header(letter, DeadLetterHeaders.ERROR_CLASS), 1L, Long::sum);
    }
    return reasons;
  }

  static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Asserts one answer for each of the records 0 to n - 1 of each partition, in order. */
  void assertExactlyOnce(int records, int partitions) {
    Set<String> seen = new HashSet<>();
    Map<String, Long> last = new HashMap<>();
    for (var each : reconstructions) {
      var from = each.getProvenance();
      note(seen, last, "out", from.getSourcePartition(), from.getSourceOffset());
    }
    for (var letter : deadLetters) {
      assertThat(header(letter, DeadLetterHeaders.TOPIC)).isEqualTo(topics.measurements());
      int partition = Integer.parseInt(header(letter, DeadLetterHeaders.PARTITION));
      assertThat(letter.partition()).isEqualTo(partition);
      note(seen, last, "dlq", partition, Long.parseLong(header(letter, DeadLetterHeaders.OFFSET)));
    }
    Set<String> expected = new HashSet<>();
    for (int i = 0; i < records; i++) {
      expected.add(i % partitions + "@" + i / partitions);
    }
    assertThat(seen).isEqualTo(expected);
  }

  private static void note(
      Set<String> seen, Map<String, Long> last, String topic, int partition, long offset) {
    assertThat(seen.add(partition + "@" + offset))
        .as("record %d@%d is answered once", partition, offset)
        .isTrue();
    Long before = last.put(topic + partition, offset);
    assertThat(before == null || before < offset)
        .as("%d@%d comes after %s", partition, offset, before)
        .isTrue();
  }

  private void poll() {
    for (var record : consumer.poll(POLL)) {
      if (record.topic().equals(topics.reconstructions())) {
        var value = deserializer.deserialize(record.topic(), record.value());
        assertThat(record.partition()).isEqualTo(value.getProvenance().getSourcePartition());
        reconstructions.add(value);
      } else {
        deadLetters.add(record);
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
