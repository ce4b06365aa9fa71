package org.deftstream.cli;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.config.ConnectionKeys;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.schemas.RecordSize;
import org.deftstream.schemas.avro.Measurement;

/**
 * Messages of a detector's topic as measurements of a task, each once: measurements and the place
 * of what was read are one transaction. Of two bridges of one group the older is fenced. Run by one
 * thread; another may close it.
 */
final class DetectorBridge implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(300);
  private static final Duration CLOSE = Duration.ofSeconds(10);
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int LONGEST_NAME = 100;

  /** Told what became of each message. */
  interface Listener {
    /** So many measurements are committed. */
    void sent(int measurements);

    /** A message cannot be a measurement. */
    void rejected(String message, String reason);

    /** What could not be kept. */
    void note(List<String> notes);
  }

  private final String source;
  private final String target;
  private final String group;
  private final boolean fromNow;
  private final long mostBytes;
  private final TaskInput input;
  private final Serializer<Measurement> serializer;
  private final Listener listener;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final KafkaProducer<byte[], byte[]> producer;
  private Set<TopicPartition> places = Set.of();
  private long lookedAt;
  private volatile boolean stopped;

  /**
   * Opens both ends; goes on where the group was.
   *
   * @param fromNow whether to begin with what comes from now on, where the group was nowhere yet
   * @param serializer closed by whoever made it
   * @throws UserError if the topic is not there or Kafka does not answer
   */
  DetectorBridge(
      ServiceSettings settings,
      String source,
      String group,
      boolean fromNow,
      TaskInput input,
      Serializer<Measurement> serializer,
      Listener listener) {
    this.source = source;
    this.target = settings.topics().measurements();
    this.group = group;
    this.fromNow = fromNow;
    this.input = input;
    this.serializer = serializer;
    this.listener = listener;
    mostBytes = settings.get(ServiceKeys.RECORDS_MAX_BYTES);
    Map<String, Object> reading = TopicReader.config(settings);
    reading.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    consumer = new KafkaConsumer<>(reading);
    Map<String, Object> writing = SendCommand.config(settings);
    writing.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "deftstream-bridge-" + group);
    KafkaProducer<byte[], byte[]> made = null;
    try {
      made = new KafkaProducer<>(writing);
      made.initTransactions();
      look();
    } catch (KafkaException e) {
      close(made);
      throw new UserError(
          "cannot read %s and write %s at %s within %d s: %s"
              .formatted(
                  source,
                  target,
                  settings.bootstrapServers(),
                  settings.get(ConnectionKeys.CONNECT_TIMEOUT).toSeconds(),
                  e.getMessage()),
          e);
    } catch (RuntimeException e) {
      close(made);
      throw e;
    }
    producer = made;
  }

  private void close(KafkaProducer<byte[], byte[]> made) {
    consumer.close();
    if (made != null) {
      made.close(CLOSE);
    }
  }

  /** Takes all partitions that there are; a topic may grow. */
  private void look() {
    var infos = consumer.partitionsFor(source);
    if (infos == null || infos.isEmpty()) {
      throw new UserError("topic '" + source + "' does not exist; a bridge makes none");
    }
    var now =
        infos.stream()
            .map(info -> new TopicPartition(source, info.partition()))
            .collect(Collectors.toSet());
    lookedAt = System.nanoTime();
    if (now.equals(places)) {
      return;
    }
    consumer.assign(now);
    var noted = consumer.committed(now);
    for (var place : now) {
      if (noted.get(place) == null && !places.contains(place)) {
        begin(place);
      }
    }
    places = now;
  }

  private void begin(TopicPartition place) {
    // A partition that came later holds nothing from before.
    if (fromNow && places.isEmpty()) {
      consumer.seekToEnd(Set.of(place));
      consumer.position(place);
    } else {
      consumer.seekToBeginning(Set.of(place));
    }
  }

  /** The ends of all partitions, as they are now. */
  synchronized Map<TopicPartition, Long> ends() {
    return stopped ? Map.of() : consumer.endOffsets(places);
  }

  /** Whether everything before these ends was read. */
  synchronized boolean isAt(Map<TopicPartition, Long> ends) {
    return stopped
        || ends.entrySet().stream()
            .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  /**
   * Waits a moment for messages, and sends what there is.
   *
   * @throws UserError if Kafka does not take it; the same command goes on exactly there
   */
  synchronized void step() {
    if (stopped) {
      return;
    }
    try {
      if (System.nanoTime() - lookedAt > LOOK_NANOS) {
        look();
      }
      var records = consumer.poll(POLL);
      if (records.isEmpty()) {
        return;
      }
      producer.beginTransaction();
      int sent = 0;
      var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
      for (var record : records) {
        sent += take(record);
        offsets.put(
            new TopicPartition(record.topic(), record.partition()),
            new OffsetAndMetadata(record.offset() + 1));
      }
      producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
      producer.commitTransaction();
      listener.sent(sent);
    } catch (ProducerFencedException e) {
      throw new UserError("another bridge of the group " + group + " has taken over", e);
    } catch (KafkaException e) {
      throw new UserError(
          "the bridge ended early: " + e.getMessage() + "; the same command goes on where it was",
          e);
    }
  }

  private int take(ConsumerRecord<byte[], byte[]> message) {
    String place = "%s-%d@%d".formatted(message.topic(), message.partition(), message.offset());
    if (message.value() == null) {
      listener.rejected(place, "has no value");
      return 0;
    }
    try {
      var read = input.read(message.value(), place);
      listener.note(read.content().notes());
      var samples = read.content().samples();
      String file = name(samples.get(0).geometry().identifiers(), message);
      // All of a message or nothing: what does not fit is found before anything is sent.
      var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
      for (int slice = 0; slice < samples.size(); slice++) {
        var from = new Source(file, "ad00", slice, samples.size());
        records.add(record(input.sample(read.content(), from), read.capturedAt().orElse(null)));
      }
      records.forEach(producer::send);
      return records.size();
    } catch (KafkaException e) {
      throw e; // Not the message's fault.
    } catch (RuntimeException e) {
      listener.rejected(place, String.valueOf(e.getMessage()));
      return 0;
    }
  }

  private ProducerRecord<byte[], byte[]> record(TaskSample sample, Instant capturedAt) {
    sample.bind(input.operator(sample));
    byte[] key = sample.id().getBytes(StandardCharsets.UTF_8);
    byte[] value =
        serializer.serialize(
            target,
            SentRecord.measurement(sample, capturedAt == null ? Instant.now() : capturedAt));
    var record = new ProducerRecord<>(target, key, value);
    SentRecord.mark(record.headers(), sample);
    long size = RecordSize.of(key, value, record.headers());
    if (size > mostBytes) {
      // In a transaction it would be the end of all of them.
      throw new IllegalArgumentException(
          "would be a record of %,d bytes, and records.max.bytes is %,d; --bin makes it smaller"
              .formatted(size, mostBytes));
    }
    return record;
  }

  /** Under which name the answer comes back: detector, its number of the array, and the place. */
  static String name(Map<String, String> identifiers, ConsumerRecord<?, ?> message) {
    String detector =
        identifiers
            .getOrDefault("ad00.source_name", "")
            .replaceAll("[^A-Za-z0-9_.-]", "-")
            .replaceFirst("^[.-]+", "");
    detector = detector.substring(0, Math.min(LONGEST_NAME, detector.length()));
    return "%s/%s@%d-%d.ad00"
        .formatted(
            detector.isEmpty() ? "detector" : detector,
            identifiers.getOrDefault("ad00.id", "0"),
            message.partition(),
            message.offset());
  }

  /** Ends the step that goes on, and takes back what it has not committed. */
  @Override
  public void close() {
    stopped = true;
    synchronized (this) {
      close(producer);
    }
  }
}
