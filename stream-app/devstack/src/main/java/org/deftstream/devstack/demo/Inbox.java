package org.deftstream.devstack.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.AdapterStatus;
import org.deftstream.schemas.avro.Reconstruction;

/**
 * What the service answers, as any client sees it: reconstructions, dead letters and the state of
 * adapters, read_committed, from the moment the inbox was opened. Not thread-safe; whoever opened
 * it closes it.
 */
final class Inbox implements AutoCloseable {
  /** Something that arrived. */
  sealed interface Arrival permits Answer, DeadLetter, Status {}

  /** A reconstruction. */
  record Answer(Reconstruction reconstruction, Instant at) implements Arrival {}

  /** A dead letter: the place of the original record, where it was stopped, and why. */
  record DeadLetter(Tally.Place place, String stage, String message, Instant at)
      implements Arrival {}

  /** A report of the service on an adapter. */
  record Status(AdapterStatus status, Instant at) implements Arrival {}

  private final Topics topics;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<Reconstruction> reconstructions;
  private final Deserializer<AdapterStatus> statuses;

  private Inbox(Topics topics, KafkaConsumer<byte[], byte[]> consumer, Serdes serdes) {
    this.topics = topics;
    this.consumer = consumer;
    reconstructions = serdes.deserializer(Reconstruction.class);
    statuses = serdes.deserializer(AdapterStatus.class);
  }

  /** Opens the inbox at the present end of the topics, which must exist. */
  static Inbox open(String bootstrapServers, Serdes serdes, Topics topics) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    var partitions = new ArrayList<TopicPartition>();
    for (var topic :
        List.of(topics.reconstructions(), topics.deadLetters(), topics.adapterStatus())) {
      consumer
          .partitionsFor(topic)
          .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    consumer.assign(partitions);
    // seekToEnd waits for the next poll, by when answers may have come: position() asks now.
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    return new Inbox(topics, consumer, serdes);
  }

  /** What has arrived, after waiting for it at most so long. */
  List<Arrival> poll(Duration wait) {
    var arrivals = new ArrayList<Arrival>();
    var records = consumer.poll(wait);
    var now = Instant.now();
    for (var record : records) {
      arrivals.add(read(record, now));
    }
    return arrivals;
  }

  /**
   * Everything that is committed at this moment and was not polled yet: after the service has
   * stopped, that is all there will ever be.
   *
   * @throws IllegalStateException if the end is not reached within the deadline
   */
  List<Arrival> drain(Duration deadline) {
    var arrivals = new ArrayList<Arrival>();
    var until = Instant.now().plus(deadline);
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (!reached(ends)) {
      if (Instant.now().isAfter(until)) {
        throw new IllegalStateException(
            "the ends of the answers' topics were not reached in " + deadline.toSeconds() + " s");
      }
      arrivals.addAll(poll(Duration.ofMillis(100)));
    }
    return arrivals;
  }

  private boolean reached(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
  }

  private Arrival read(ConsumerRecord<byte[], byte[]> record, Instant at) {
    if (record.topic().equals(topics.reconstructions())) {
      return new Answer(reconstructions.deserialize(record.topic(), record.value()), at);
    }
    if (record.topic().equals(topics.adapterStatus())) {
      return new Status(statuses.deserialize(record.topic(), record.value()), at);
    }
    return new DeadLetter(
        new Tally.Place(
            Integer.parseInt(header(record, DeadLetterHeaders.PARTITION)),
            Long.parseLong(header(record, DeadLetterHeaders.OFFSET))),
        header(record, DeadLetterHeaders.STAGE),
        header(record, DeadLetterHeaders.MESSAGE),
        at);
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    var header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    consumer.close();
    reconstructions.close();
    statuses.close();
  }
}
