package org.deftstream.tests.faults;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private static final String NOBODY = "";

  private final Topics topics;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<Reconstruction> deserializer;
  private final FaultModel.Undisturbed undisturbed = FaultModel.undisturbed();
  private final List<BitSet> answered = new ArrayList<>();
  private final List<BitSet> gone = new ArrayList<>();
  private final Map<String, long[]> lastAt = new HashMap<>();
  private final int partitions;
  private final Map<String, Long> lastOffset = new HashMap<>();
  private long answers;
  private long deadLetters;
  private long duplicates;
  private long outOfOrder;
  private long wrong;

  Verifier(Brokers cluster, Topics topics, int partitions) {
    this.topics = topics;
    this.partitions = partitions;
    for (int i = 0; i < partitions; i++) {
      answered.add(new BitSet());
      gone.add(new BitSet());
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
        note(record, from.getSourcePartition(), from.getSourceOffset(), from.getInstance());
        if (!Arrays.equals(
            Tensors.toFloats(value.getMean()), undisturbed.mean(value.getMeasurementId()))) {
          wrong++;
        }
      } else {
        deadLetters++;
        int partition = Integer.parseInt(text(record, DeadLetterHeaders.PARTITION));
        long offset = Long.parseLong(text(record, DeadLetterHeaders.OFFSET));
        if (text(record, DeadLetterHeaders.ERROR_CLASS).equals("SourceRecordGone")) {
          gone.get(partition).set((int) offset);
        }
        note(record, partition, offset, NOBODY);
      }
    }
  }

  private void note(ConsumerRecord<?, ?> record, int partition, long offset, String by) {
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
    lastAt.computeIfAbsent(by, key -> new long[partitions])[partition] = System.nanoTime();
  }

  private static String text(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Whether every partition has had an answer since a time of {@link System#nanoTime}. */
  boolean allSince(long nanos) {
    return allSince(nanos, null);
  }

  /** The same for reconstructions by others than one instance; dead letters do not say by whom. */
  boolean allSince(long nanos, String otherThan) {
    for (int i = 0; i < partitions; i++) {
      int partition = i;
      boolean one =
          lastAt.entrySet().stream()
              .filter(
                  each -> otherThan == null || !Set.of(otherThan, NOBODY).contains(each.getKey()))
              .anyMatch(each -> since(each.getValue()[partition], nanos));
      if (!one) {
        return false;
      }
    }
    return true;
  }

  /** Whether an instance has answered anything since a time. */
  boolean anySince(long nanos, String instance) {
    var times = lastAt.get(instance);
    return times != null && Arrays.stream(times).anyMatch(at -> since(at, nanos));
  }

  private static boolean since(long at, long nanos) {
    return at != 0 && at - nanos > 0;
  }

  /** Takes in all that was committed until now. */
  void readToEnd() {
    var ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream()
        .anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
      poll();
    }
  }

  /** First offset of a partition that has no answer. */
  int firstUnanswered(int partition) {
    return answered.get(partition).nextClearBit(0);
  }

  /** Offsets below one that have no answer. */
  BitSet unansweredBelow(int partition, int offset) {
    var unanswered = (BitSet) answered.get(partition).clone();
    unanswered.flip(0, offset);
    unanswered.clear(offset, Math.max(offset, unanswered.length()));
    return unanswered;
  }

  /** Of each partition, offsets whose dead letter says that the record is gone. */
  List<BitSet> gone() {
    return gone;
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
