package org.deftstream.tests.faults;

import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends one record of zeros that takes some kilobytes of the log and more than the heap when it is
 * unpacked. A process of its own, because sending it takes as much.
 */
final class BombProducer {
  /** Heap that it needs, in MiB, for a bomb of {@link #MIB}. */
  static final int HEAP = 2400;

  /** Size of the value in MiB: more than the old generation of a heap of 512. */
  static final int MIB = 400;

  private BombProducer() {}

  /** Arguments: bootstrap servers, topic, partition. */
  public static void main(String[] args) throws Exception {
    int bytes = MIB << 20;
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            args[0],
            "compression.type",
            "zstd",
            "max.request.size",
            bytes + (1 << 20),
            "buffer.memory",
            bytes + (2L << 20),
            "batch.size",
            0);
    try (var producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      var sent =
          producer
              .send(
                  new ProducerRecord<>(
                      args[1], Integer.parseInt(args[2]), (byte[]) null, new byte[bytes]))
              .get();
      System.out.println("bomb at " + sent.partition() + "@" + sent.offset());
    }
  }
}
