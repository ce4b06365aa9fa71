package org.deftstream.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.RegistryErrors;
import org.deftstream.schemas.avro.Reconstruction;

/**
 * Reads committed answers: reconstructions and dead letters.
 *
 * <p>Answers count as handled when {@link #poll} is called again, or {@link #commit}. Whoever reads
 * later in the same group goes on behind them; what was returned and not handled comes again.
 *
 * <p>Belongs to one thread. Whoever opened it closes it.
 */
public final class ReconstructionConsumer implements AutoCloseable {
  private static final int MIB = 1 << 20;
  private static final int FETCHED_BYTES = 32 * MIB;
  private static final int POLLED_RECORDS = 100;
  private static final long NOTED_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final ClientOptions options;
  private final Consumer<byte[], byte[]> consumer;
  private final Deserializer<Reconstruction> deserializer;
  private final ArrayDeque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
  private final Map<TopicPartition, OffsetAndMetadata> returned = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> handled = new HashMap<>();
  private long notedAt = System.nanoTime();

  ReconstructionConsumer(
      ClientOptions options,
      Consumer<byte[], byte[]> consumer,
      Deserializer<Reconstruction> deserializer) {
    this.options = options;
    this.consumer = consumer;
    this.deserializer = deserializer;
  }

  /**
   * Joins a group; one that has read nothing yet begins with the oldest answers.
   *
   * @param group name of the consumer group; its readers share the answers
   * @throws ClientException if the settings are not what Kafka's client takes, Kafka does not
   *     answer within the timeout, or a topic is not there
   */
  public static ReconstructionConsumer open(ClientOptions options, String group) {
    Consumer<byte[], byte[]> consumer;
    try {
      consumer = new KafkaConsumer<>(config(options, group));
    } catch (KafkaException e) {
      throw new ClientException("cannot read with these settings: " + RegistryErrors.reason(e), e);
    }
    var opened =
        new ReconstructionConsumer(
            options, consumer, options.serdes().deserializer(Reconstruction.class));
    try {
      opened.subscribe();
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** Kafka's client waits for a topic that is not there without a word. */
  private void subscribe() {
    var topics = List.of(options.topics().reconstructions(), options.topics().deadLetters());
    try {
      for (String topic : topics) {
        var partitions = consumer.partitionsFor(topic);
        if (partitions == null || partitions.isEmpty()) {
          throw new ClientException(
              "topic '%s' does not exist at %s; deftstream topics create makes it"
                  .formatted(topic, options.bootstrapServers()),
              null);
        }
      }
      consumer.subscribe(topics, new Rebalance());
    } catch (KafkaException e) {
      throw refused(e);
    }
  }

  private static Map<String, Object> config(ClientOptions options, String group) {
    Map<String, Object> config = new HashMap<>();
    int most = options.topics().maxRecordBytes();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, options.bootstrapServers());
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Math.max(MIB, most));
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Math.max(FETCHED_BYTES, most));
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLLED_RECORDS);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, options.millis());
    config.putAll(options.kafka());
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    // Answers come in transactions.
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return config;
  }

  /**
   * Waits for answers.
   *
   * @param wait how long, if there are none yet
   * @return those that are there, in the order of each partition; empty if none came
   * @throws ClientException if Kafka refuses, or the registry does not answer: the records stay,
   *     and the next call tries them again
   */
  public List<Answer> poll(Duration wait) {
    handled.putAll(returned);
    returned.clear();
    try {
      note();
      fetch(waiting.isEmpty() ? wait : Duration.ZERO);
    } catch (KafkaException e) {
      throw refused(e);
    }
    var answers = new ArrayList<Answer>();
    for (var record = waiting.peek(); record != null; record = waiting.peek()) {
      try {
        answers.add(answer(record));
      } catch (ClientException e) {
        if (answers.isEmpty()) {
          throw e;
        }
        break;
      }
      waiting.remove();
      returned.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
    return answers;
  }

  /** While records wait, Kafka is asked only to stay in the group. */
  private void fetch(Duration wait) {
    var held = waiting.isEmpty() ? List.<TopicPartition>of() : List.copyOf(consumer.assignment());
    consumer.pause(held);
    consumer.poll(wait).forEach(waiting::add);
    var still = new ArrayList<>(held);
    still.retainAll(consumer.assignment());
    consumer.resume(still);
  }

  private Answer answer(ConsumerRecord<byte[], byte[]> record) {
    var place = new Place(record.topic(), record.partition(), record.offset());
    if (record.topic().equals(options.topics().deadLetters())) {
      return new Answer.Rejected(
          place,
          record.key(),
          record.headers(),
          text(record, DeadLetterHeaders.ERROR_CLASS),
          text(record, DeadLetterHeaders.MESSAGE),
          Optional.ofNullable(record.value()));
    }
    try {
      var value = deserializer.deserialize(record.topic(), record.value());
      return value == null
          ? unreadable(place, record, "it has no value")
          : new Answer.Reconstructed(place, record.key(), record.headers(), value);
    } catch (RuntimeException e) {
      if (RegistryErrors.passing(e)) {
        throw new ClientException(
            "the registry at %s does not answer: %s"
                .formatted(options.shownRegistryUrl(), RegistryErrors.reason(e)),
            e);
      }
      return unreadable(place, record, RegistryErrors.reason(e));
    }
  }

  private static Answer unreadable(Place place, ConsumerRecord<byte[], byte[]> record, String why) {
    return new Answer.Unreadable(place, record.key(), record.headers(), why);
  }

  private static String text(ConsumerRecord<?, ?> record, String name) {
    var header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** Notes in Kafka that everything returned is handled, and waits until that is stored. */
  public void commit() {
    handled.putAll(returned);
    returned.clear();
    try {
      consumer.commitSync(handled);
      handled.clear();
    } catch (KafkaException e) {
      throw refused(e);
    }
  }

  private void note() {
    if (!handled.isEmpty() && System.nanoTime() - notedAt >= NOTED_EVERY_NANOS) {
      consumer.commitAsync(Map.copyOf(handled), null);
      handled.clear();
      notedAt = System.nanoTime();
    }
  }

  private ClientException refused(KafkaException e) {
    return new ClientException(
        "cannot read the answers from %s: %s"
            .formatted(options.bootstrapServers(), RegistryErrors.reason(e)),
        e);
  }

  /** Leaves the group, within the timeout. What was returned last and not handled comes again. */
  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(options.timeout()));
    deserializer.close();
  }

  /** What another reader has now is not ours to note or to return. */
  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      try {
        consumer.commitSync(Map.copyOf(handled));
      } catch (KafkaException e) {
        // Then they come again, to whoever reads on.
      }
      forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      forget(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      // Nothing is known of them.
    }

    private void forget(Collection<TopicPartition> partitions) {
      handled.keySet().removeAll(partitions);
      returned.keySet().removeAll(partitions);
      waiting.removeIf(
          record -> partitions.contains(new TopicPartition(record.topic(), record.partition())));
    }
  }
}
