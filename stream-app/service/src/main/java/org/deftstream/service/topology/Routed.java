package org.deftstream.service.topology;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * A value on its way to a topic, with the partition that it goes to: that of its source record.
 *
 * @param partition the partition
 * @param value the value's bytes, or null
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Routed(int partition, byte[] value) {

  /** Takes the value. */
  static Serializer<Routed> serializer() {
    return (topic, routed) -> routed.value();
  }

  /** Takes the partition. */
  static StreamPartitioner<byte[], Routed> partitioner() {
    return (topic, key, routed, partitions) -> Optional.of(Set.of(routed.partition()));
  }
}
