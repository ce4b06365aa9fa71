package org.deftstream.tests.faults;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Reconstruction;

/**
 * Reads committed answers and keeps account of them: which source records were answered, whether
 * any was twice, whether the order of offsets was kept, whether the pixels are those of an
 * undisturbed engine. Used by one thread; to be closed.
 */
final class Verifier implements AutoCloseable {
  private final Topics topics;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<Reconstruction> deserializer;
  private final FaultModel.Undisturbed undisturbed = FaultModel.undisturbed();
  private final List<BitSet> answered = new ArrayList<>();
  private final long[] lastAt;
  private final Map<String, Long> lastOffset = new HashMap<>();
  private long answers;
  private long deadLetters;
  private long duplicates;
  private long outOfOrder;
  private long wrong;

  Verifier(Cluster cluster, Topics topics, int partitions) {
    this.topics = topics;
    lastAt = new long[partitions];
    for (int i = 0; i < partitions; i++) {
      answered.add(new BitSet());
    }
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", cluster.bootstrapServers());
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
    deserializer = Serdes.of(cluster.registryUrl()).deserializer(Reconstruction.class);
  }

  /** Takes in what has come. */
  void poll() {
    for (var record : consumer.poll(Duration.ofMillis(100))) {
      if (record.topic().equals(topics.reconstructions())) {
        var value = deserializer.deserialize(record.topic(), record.value());
        var from = value.getProvenance();
        note(record, from.getSourcePartition(), from.getSourceOffset());
        if (!Arrays.equals(
            Tensors.toFloats(value.getMean()), undisturbed.mean(value.getMeasurementId()))) {
          wrong++;
        }
      } else {
        deadLetters++;
        note(
            record,
            Integer.parseInt(text(record, DeadLetterHeaders.PARTITION)),
            Long.parseLong(text(record, DeadLetterHeaders.OFFSET)));
      }
    }
  }

  private void note(ConsumerRecord<?, ?> record, int partition, long offset) {
    var seen = answered.get(partition);
    if (seen.get((int) offset)) {
      duplicates++;
    } else {
      seen.set((int) offset);
      answers++;
    }
    Long before = lastOffset.put(record.topic() + partition, offset);
    if (before != null && before >= offset) {
      outOfOrder++;
    }
    lastAt[partition] = System.nanoTime();
  }

  private static String text(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Whether every partition has had an answer since a time of {@link System#nanoTime}. */
  boolean allSince(long nanos) {
    return Arrays.stream(lastAt).allMatch(at -> at != 0 && at - nanos > 0);
  }

  /** Number of source records that were answered. */
  long answers() {
    return answers;
  }

  long deadLetters() {
    return deadLetters;
  }

  long duplicates() {
    return duplicates;
  }

  long outOfOrder() {
    return outOfOrder;
  }

  long wrong() {
    return wrong;
  }

  @Override
  public void close() {
    consumer.close();
    deserializer.close();
    undisturbed.close();
  }
}
