package org.deftstream.service.topology;

import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.deftstream.service.ledger.LedgerStore;

/**
 * The topology of the service: measurements and probes in, reconstructions and dead letters out,
 * one processor and one small store between. Everything is bytes to Kafka Streams; what cannot be
 * decoded is our dead letter, with its bytes as they came.
 */
public final class ReconstructionTopology {
  /** Name of the sink of reconstructions. */
  public static final String RECONSTRUCTIONS_SINK = "reconstructions";

  /** Name of the sink of dead letters. */
  public static final String DEAD_LETTERS_SINK = "dead-letters";

  private static final String MEASUREMENTS_SOURCE = "measurements";
  private static final String PROBES_SOURCE = "probes";
  private static final String PROCESSOR = "ledger";

  /** A record without a valid time is as old as its reading; Streams would end the thread. */
  private static final TimestampExtractor TIMESTAMPS =
      (record, partitionTime) ->
          record.timestamp() >= 0 ? record.timestamp() : System.currentTimeMillis();

  private ReconstructionTopology() {}

  /**
   * Puts the topology together. Nothing is started, opened or read.
   *
   * @param settings the collaborators
   * @return the topology
   */
  public static Topology build(LedgerProcessorSettings settings) {
    var bytesIn = new ByteArrayDeserializer();
    var bytesOut = new ByteArraySerializer();
    var topics = settings.topics();
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(),
            MEASUREMENTS_SOURCE,
            TIMESTAMPS,
            bytesIn,
            bytesIn,
            topics.measurements())
        .addSource(
            AutoOffsetReset.earliest(),
            PROBES_SOURCE,
            TIMESTAMPS,
            bytesIn,
            bytesIn,
            topics.probes())
        .addProcessor(
            PROCESSOR, () -> new LedgerProcessor(settings), MEASUREMENTS_SOURCE, PROBES_SOURCE)
        .addStateStore(LedgerStore.builder(), PROCESSOR)
        .addSink(
            RECONSTRUCTIONS_SINK,
            topics.reconstructions(),
            bytesOut,
            Routed.serializer(),
            Routed.partitioner(),
            PROCESSOR)
        .addSink(
            DEAD_LETTERS_SINK,
            topics.deadLetters(),
            bytesOut,
            Routed.serializer(),
            Routed.partitioner(),
            PROCESSOR);
  }
}
