package org.deftstream.schemas;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.TopicConfig;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterStatus;
import org.deftstream.schemas.avro.AdapterWeightsChunk;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Reconstruction;

/**
 * The names of Deftstream's topics, and how each is created.
 *
 * @param measurements {@link Measurement} by an instrument, keyed by whatever shall stay in order
 * @param deadLetters original bytes of the measurements that could not be answered, with {@link
 *     DeadLetterHeaders}
 * @param reconstructions {@link Reconstruction}, keyed as the measurement was
 * @param probes empty records by which a service that recovered work proves that it still owns the
 *     partition; as many partitions as measurements
 * @param labelledPairs {@link LabelledPair}; the trainer's replay buffer
 * @param adapters {@link AdapterControl}, keyed by task; compacted
 * @param adapterWeights {@link AdapterWeightsChunk}, keyed by {@code sha256/index}; compacted
 * @param adapterStatus {@link AdapterStatus}, keyed by {@code instance/task}; compacted
 * @param maxRecordBytes largest record of the topics that carry data, in bytes
 */
public record Topics(
    String measurements,
    String deadLetters,
    String reconstructions,
    String probes,
    String labelledPairs,
    String adapters,
    String adapterWeights,
    String adapterStatus,
    int maxRecordBytes) {

  /** Default number of partitions of the topics that carry data. */
  public static final int DEFAULT_PARTITIONS = 4;

  /**
   * Largest record of the topics that carry data, in bytes, if nothing else is asked for: a 1024 x
   * 1024 float image with mean and standard deviation. Producers need a {@code max.request.size} of
   * the same size.
   */
  public static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

  /** A dead letter is a whole record and the headers that explain it. */
  private static final int EXPLANATION_BYTES = 64 * 1024;

  /** Weights are cut into chunks of this size, in bytes: fits every Kafka's default limits. */
  public static final int WEIGHTS_CHUNK_BYTES = 512 * 1024;

  /**
   * The default names.
   *
   * @return {@code measurements}, {@code measurements.dlq} and so on
   */
  public static Topics defaults() {
    return withPrefix("");
  }

  /**
   * The default names behind a prefix, for several installations on one Kafka.
   *
   * @param prefix for example {@code hospital-a.}; may be empty
   * @return the names
   */
  public static Topics withPrefix(String prefix) {
    return new Topics(
        prefix + "measurements",
        prefix + "measurements.dlq",
        prefix + "reconstructions",
        prefix + "measurements.probe",
        prefix + "labelled-pairs",
        prefix + "adapters",
        prefix + "adapter-weights",
        prefix + "adapter-status",
        MAX_MESSAGE_BYTES);
  }

  /**
   * Original bytes of the labelled pairs that could not be learned from, with {@link
   * DeadLetterHeaders}.
   *
   * @return the name of the labelled pairs' topic with {@code .dlq} behind it
   */
  public String labelledPairDeadLetters() {
    return labelledPairs + ".dlq";
  }

  /** The same names for records of another size. */
  public Topics withMaxRecordBytes(int bytes) {
    return new Topics(
        measurements,
        deadLetters,
        reconstructions,
        probes,
        labelledPairs,
        adapters,
        adapterWeights,
        adapterStatus,
        bytes);
  }

  /**
   * How each topic is created.
   *
   * @param partitions number of partitions of the topics that carry data, at least 1; control
   *     topics have one, so that their order is the order of events
   * @return one definition per topic
   */
  public List<TopicDefinition> definitions(int partitions) {
    return List.of(
        data(measurements, partitions, Duration.ofDays(7), Measurement.getClassSchema()),
        // Kafka deletes by timestamp, and an answer carries the event time of a measurement that
        // may be old: the broker's clock decides how long an answer is kept.
        answers(
            reconstructions,
            partitions,
            Duration.ofDays(7),
            maxRecordBytes,
            Optional.of(registered(Reconstruction.getClassSchema()))),
        answers(
            deadLetters,
            partitions,
            Duration.ofDays(30),
            maxRecordBytes + EXPLANATION_BYTES,
            Optional.empty()),
        new TopicDefinition(
            probes,
            partitions,
            Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                millis(Duration.ofHours(1))),
            Optional.empty()),
        // Nothing deletes the replay buffer but its owner.
        data(labelledPairs, partitions, null, LabelledPair.getClassSchema()),
        answers(
            labelledPairDeadLetters(),
            partitions,
            Duration.ofDays(30),
            maxRecordBytes + EXPLANATION_BYTES,
            Optional.empty()),
        compacted(adapters, AdapterControl.getClassSchema()),
        compacted(adapterWeights, AdapterWeightsChunk.getClassSchema()),
        compacted(adapterStatus, AdapterStatus.getClassSchema()));
  }

  private TopicDefinition data(String name, int partitions, Duration retention, Schema schema) {
    return new TopicDefinition(
        name,
        partitions,
        Map.of(
            // The ledger re-reads records by offset, so a compacted source would lose them.
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            retention == null ? "-1" : millis(retention),
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(maxRecordBytes)),
        Optional.of(registered(schema)));
  }

  private static TopicDefinition answers(
      String name, int partitions, Duration retention, int maxBytes, Optional<Schema> schema) {
    return new TopicDefinition(
        name,
        partitions,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            "LogAppendTime",
            TopicConfig.RETENTION_MS_CONFIG,
            millis(retention),
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(maxBytes)),
        schema);
  }

  private static TopicDefinition compacted(String name, Schema schema) {
    return new TopicDefinition(
        name,
        1,
        Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT),
        Optional.of(registered(schema)));
  }

  private static Schema registered(Schema schema) {
    return RegisteredSchemas.of(schema);
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }
}
