package org.deftstream.tests.benchmarks;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.deftstream.schemas.Topics;

/** Reads what a service has committed, from the beginning. Stateless. */
final class CommittedAnswers {
  private CommittedAnswers() {}

  /**
   * A consumer of reconstructions and dead letters; whoever opened it closes it.
   *
   * @param fetchWait how long the broker may keep a fetch that it has nothing for
   */
  static KafkaConsumer<byte[], byte[]> open(
      String bootstrapServers, Topics topics, Duration fetchWait) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "isolation.level",
            "read_committed",
            "auto.offset.reset",
            "earliest",
            "enable.auto.commit",
            false,
            "fetch.max.wait.ms",
            (int) fetchWait.toMillis());
    var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(
        Stream.of(topics.reconstructions(), topics.deadLetters())
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList());
    return consumer;
  }
}
