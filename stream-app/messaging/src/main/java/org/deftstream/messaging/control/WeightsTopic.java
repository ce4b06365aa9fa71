package org.deftstream.messaging.control;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterWeightsChunk;

/** Fetches the weights of an adapter that was published. Stateless and thread-safe. */
public final class WeightsTopic {
  private static final Duration POLL = Duration.ofMillis(200);

  private WeightsTopic() {}

  /**
   * An adapter with its weights.
   *
   * @throws UserError if a chunk is missing, the checksum is another, or Kafka does not answer
   */
  public static AdapterDirectory.Content fetch(PublisherSettings settings, AdapterRef ref) {
    var chunks = new TreeMap<Integer, AdapterWeightsChunk>();
    String topic = settings.topics().adapterWeights();
    try (var consumer =
            new KafkaConsumer<>(
                settings.consumer(), new StringDeserializer(), new ByteArrayDeserializer());
        var values = settings.serdes().deserializer(AdapterWeightsChunk.class)) {
      var partitions = CompactedTopic.partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + settings.timeout().toNanos();
      while (chunks.size() < ref.getChunks()
          && ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())
          && System.nanoTime() < deadline) {
        for (var record : consumer.poll(POLL)) {
          // Other adapters' chunks are passed over without being decoded.
          if (record.key() != null && record.key().startsWith(ref.getWeightsSha256() + "/")) {
            if (record.value() == null) {
              chunks.clear();
            } else {
              var chunk = RegistryCalls.deserialize(values, topic, record.value());
              chunks.put(chunk.getIndex(), chunk);
            }
          }
        }
      }
    } catch (KafkaException e) {
      throw new UserError("cannot read topic '" + topic + "': " + e.getMessage(), e);
    }
    return new AdapterDirectory.Content(
        AdapterManifest.parse(ref.getManifest()), join(ref, chunks));
  }

  private static byte[] join(AdapterRef ref, SortedMap<Integer, AdapterWeightsChunk> chunks) {
    if (chunks.size() < ref.getChunks()) {
      throw new UserError(
          "adapter "
              + ref.getAdapterId()
              + " has "
              + ref.getChunks()
              + " chunks of weights; "
              + chunks.size()
              + " were found in time");
    }
    var file = new ByteArrayOutputStream();
    for (var chunk : chunks.values()) {
      var data = chunk.getData().duplicate();
      var bytes = new byte[data.remaining()];
      data.get(bytes);
      file.writeBytes(bytes);
    }
    String sha256 = AdapterVerifier.sha256(file.toByteArray());
    if (!sha256.equals(ref.getWeightsSha256())) {
      throw new UserError(
          "the weights of adapter "
              + ref.getAdapterId()
              + " have SHA-256 "
              + sha256
              + "; its record says "
              + ref.getWeightsSha256());
    }
    return file.toByteArray();
  }
}
