package org.deftstream.messaging.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.schemas.RegistryErrors;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterWeightsChunk;

/**
 * Fetches weights from the weights topic with a consumer of its own. It reads the topic once,
 * noting where each chunk lies, and goes straight there when one is wanted: a thousand swaps do not
 * read the topic a thousand times. Holds the bytes of one file at most. Used by the control thread
 * alone.
 */
public final class AdapterLoader implements WeightSource, AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private record Place(TopicPartition partition, long offset) {}

  private final KafkaConsumer<String, byte[]> consumer;
  private final Deserializer<AdapterWeightsChunk> values;
  private final List<TopicPartition> partitions;
  private final long maxBytes;
  private final Duration timeout;
  private final Map<String, Place> places = new HashMap<>();
  private final Map<TopicPartition, Long> scanned = new HashMap<>();

  public AdapterLoader(ControlSettings settings) {
    this.consumer =
        new KafkaConsumer<>(
            settings.consumer(), new StringDeserializer(), new ByteArrayDeserializer());
    this.values = settings.serdes().deserializer(AdapterWeightsChunk.class);
    this.maxBytes = settings.maxAdapterBytes();
    this.timeout = settings.kafkaTimeout();
    this.partitions = ControlConsumer.partitions(consumer, settings.topics().adapterWeights());
    consumer.assign(partitions);
    scanned.putAll(consumer.beginningOffsets(partitions));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Weights and control record are one transaction, but its end reaches each topic at its own
   * moment, so chunks may come a little after the record that names them.
   */
  @Override
  public Optional<byte[]> load(AdapterRef ref) {
    var chunks = new WeightChunks(ref, maxBytes);
    scan();
    if (!missing(ref).isEmpty()) {
      return Optional.empty();
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!chunks.missing().isEmpty()) {
      var next = places.get(key(ref, chunks.missing().get(0)));
      if (next == null) {
        return Optional.empty();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException(
            "chunk "
                + chunks.missing().get(0)
                + " was not read within "
                + timeout.toMillis()
                + " ms");
      }
      fetch(ref, next, chunks);
    }
    return Optional.of(chunks.join());
  }

  @Override
  public List<Integer> missing(AdapterRef ref) {
    var missing = new ArrayList<Integer>();
    for (int i = 0; i < ref.getChunks(); i++) {
      if (!places.containsKey(key(ref, i))) {
        missing.add(i);
      }
    }
    return missing;
  }

  private void fetch(AdapterRef ref, Place from, WeightChunks chunks) {
    only(List.of(from.partition()));
    consumer.seek(from.partition(), from.offset());
    var records = consumer.poll(POLL).records(from.partition());
    if (!records.isEmpty() && records.get(0).offset() > from.offset()) {
      // Deleted or compacted away since it was noted.
      places.values().remove(from);
      return;
    }
    for (var record : records) {
      int index = index(ref, record.key());
      if (index >= 0 && place(record).equals(places.get(record.key()))) {
        chunks.add(index, decode(ref, record));
      }
    }
  }

  private AdapterWeightsChunk decode(AdapterRef ref, ConsumerRecord<String, byte[]> record) {
    try {
      return values.deserialize(record.topic(), record.value());
    } catch (RuntimeException e) {
      if (RegistryErrors.passing(e)) {
        throw new RegistryAwayException(e);
      }
      throw new AdapterRefusedException(
          "adapter "
              + ref.getAdapterId()
              + " has a weights chunk under the key "
              + record.key()
              + " that cannot be read: "
              + e.getMessage(),
          e);
    }
  }

  private void scan() {
    only(partitions);
    scanned.forEach(consumer::seek);
    var ends = consumer.endOffsets(partitions);
    long deadline = System.nanoTime() + timeout.toNanos();
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      if (System.nanoTime() - deadline > 0) {
        remember();
        throw new TimeoutException(
            "the topic of weights was not read to its end within " + timeout.toMillis() + " ms");
      }
      for (var record : consumer.poll(POLL)) {
        if (record.key() == null) {
          continue;
        }
        if (record.value() == null) {
          places.remove(record.key());
        } else {
          places.put(record.key(), place(record));
        }
      }
    }
    remember();
  }

  /** Goes on from here the next time. */
  private void remember() {
    partitions.forEach(partition -> scanned.put(partition, consumer.position(partition)));
  }

  private void only(Collection<TopicPartition> wanted) {
    consumer.pause(consumer.assignment());
    consumer.resume(wanted);
  }

  private static Place place(ConsumerRecord<String, byte[]> record) {
    return new Place(new TopicPartition(record.topic(), record.partition()), record.offset());
  }

  private static String key(AdapterRef ref, int index) {
    return ref.getWeightsSha256() + "/" + index;
  }

  /** Index of a chunk by its key; -1 if it belongs to another file. */
  private static int index(AdapterRef ref, String key) {
    String prefix = ref.getWeightsSha256() + "/";
    if (key == null || !key.startsWith(prefix)) {
      return -1;
    }
    try {
      return Integer.parseInt(key.substring(prefix.length()));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  @Override
  public void close() {
    consumer.close();
    values.close();
  }
}
