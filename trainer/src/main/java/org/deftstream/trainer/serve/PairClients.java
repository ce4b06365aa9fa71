package org.deftstream.trainer.serve;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.SchemaTrouble;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.trainer.pairs.PairCheck;
import org.deftstream.trainer.pairs.PairDecoder;
import org.deftstream.trainer.pairs.PairReader;
import org.deftstream.trainer.pairs.PairSkip;
import org.deftstream.trainer.pairs.RefreshCommand;
import org.deftstream.trainer.pairs.TaskCatalog;

/**
 * Kafka's clients on the topic of pairs. Immutable.
 *
 * @param access brokers, registry and topics
 * @param application name of the trainer: prefix of its group and its transactions, so that of two
 *     trainers of one name the older is fenced
 */
public record PairClients(PublisherSettings access, String application) {
  private static final int MIB = 1 << 20;

  private static final Duration ASK_EVERY = Duration.ofMillis(100);

  /** What a record unpacks to is bounded by nothing: memory is taken for one at a time. */
  private static final int MOST_RECORDS = 1;

  /**
   * Opens a reader that is not started.
   *
   * @param trouble what is known of schemas, from reader to reader
   * @throws UserError if Kafka does not answer
   */
  public PairReader open(
      TaskCatalog tasks, PairCheck check, SchemaTrouble trouble, PairReader.Sink sink) {
    var opened = new ArrayDeque<AutoCloseable>();
    try {
      var producer = new KafkaProducer<byte[], byte[]>(writer());
      opened.push(() -> producer.close(Duration.ZERO));
      producer.initTransactions();
      var consumer = new KafkaConsumer<byte[], byte[]>(reader());
      opened.push(() -> consumer.close(CloseOptions.timeout(Duration.ZERO)));
      var admin = AdminPairTopics.open(access);
      opened.push(admin);
      return new PairReader(
          consumer,
          producer,
          admin,
          new PairDecoder(access.serdes().deserializer(LabelledPair.class), tasks, check, trouble),
          sink,
          topics().labelledPairs(),
          topics().labelledPairDeadLetters());
    } catch (KafkaException e) {
      opened.forEach(each -> Utils.closeQuietly(each, "a client of Kafka"));
      throw new UserError("Kafka does not answer: " + e.getMessage(), e);
    }
  }

  /**
   * Passes by what stands at a place of the topic and cannot be read: it becomes a dead letter
   * without its bytes, and is not read again. A trainer that runs goes on behind it.
   *
   * @throws UserError if there is no such place, or Kafka does not answer
   */
  public void skip(int partition, long offset) {
    try (var topicFacts = AdminPairTopics.open(access);
        var producer = new KafkaProducer<byte[], byte[]>(writer());
        var consumer = new KafkaConsumer<byte[], byte[]>(reader())) {
      producer.initTransactions();
      new PairSkip(consumer, producer, topicFacts, topics()).skip(partition, offset);
    } catch (KafkaException e) {
      throw new UserError(
          "cannot pass by offset " + offset + " of partition " + partition + ": " + e.getMessage(),
          e);
    }
  }

  /**
   * Asks for a refresh of a task, and waits until a trainer has read that.
   *
   * @throws UserError if Kafka does not take it, or no trainer has read it in time; it stays on the
   *     topic then, for one that comes
   */
  public void refreshNow(String task) {
    long deadline = System.nanoTime() + access.timeout().toNanos();
    var config = writer();
    config.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
    try (var topicFacts = AdminPairTopics.open(access);
        var producer = new KafkaProducer<byte[], byte[]>(config);
        var consumer = new KafkaConsumer<byte[], byte[]>(reader())) {
      String topicId = topicFacts.look().id();
      byte[] key = task.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      var command =
          new ProducerRecord<byte[], byte[]>(
              topics().labelledPairs(), null, key, null, RefreshCommand.headers());
      var written = producer.send(command).get(access.timeout().toMillis(), TimeUnit.MILLISECONDS);
      var place = new TopicPartition(written.topic(), written.partition());
      var first = consumer.committed(Set.of(place)).get(place);
      var noted = first;
      while (!RefreshCommand.isRead(noted, topicId, written.offset())) {
        if (System.nanoTime() > deadline) {
          throw new UserError(unread(task, written.offset(), first, noted));
        }
        TimeUnit.MILLISECONDS.sleep(ASK_EVERY.toMillis());
        noted = consumer.committed(Set.of(place)).get(place);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted before a trainer had read the request", e);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw new UserError(
          "cannot ask for a refresh on topic '" + topics().labelledPairs() + "': " + e.getMessage(),
          e);
    }
  }

  private String unread(
      String task, long offset, OffsetAndMetadata first, OffsetAndMetadata noted) {
    String why =
        noted == null || noted.equals(first)
            ? "does one run? deftstream train --serve starts one"
            : "one runs, and has %d records before it to read".formatted(offset - noted.offset());
    return "no trainer of application.id '%s' has read the request for task %s within %d ms (connect.timeout.ms): %s; the request waits on topic '%s'"
        .formatted(application, task, access.timeout().toMillis(), why, topics().labelledPairs());
  }

  private String group() {
    return application + "-trainer";
  }

  private Topics topics() {
    return access.topics();
  }

  private Map<String, Object> reader() {
    Map<String, Object> config = new HashMap<>(access.kafka());
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // Where an offset is gone, the reader looks what has become of the topic.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(
        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Math.max(MIB, topics().maxRecordBytes()));
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_RECORDS);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis());
    return config;
  }

  private Map<String, Object> writer() {
    Map<String, Object> config = new HashMap<>(access.kafka());
    int bytes = maxRequest(access);
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, group() + "-dlq");
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, bytes);
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(32L * MIB, 2L * bytes));
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis());
    return config;
  }

  /** Largest request of the trainer's producer, in bytes. */
  static int maxRequest(PublisherSettings access) {
    return access.topics().maxRecordBytes() + MIB;
  }

  private int millis() {
    return Math.toIntExact(access.timeout().toMillis());
  }
}
