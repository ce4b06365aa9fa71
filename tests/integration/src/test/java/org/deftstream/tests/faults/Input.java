package org.deftstream.tests.faults;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.avro.Measurement;

/**
 * The measurements of one bed, to each partition in turn, so that a record's number says where it
 * lies. Each fortieth is hostile. Used by one thread; to be closed.
 */
final class Input implements AutoCloseable {
  private static final int HOSTILE_EVERY = 40;

  private final String topic;
  private final int partitions;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Serializer<Measurement> serializer;
  private final AtomicReference<Exception> failed = new AtomicReference<>();
  private long sent;

  Input(Brokers cluster, String topic, int partitions) {
    this.topic = topic;
    this.partitions = partitions;
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                // The first request to a partition this young may be refused, and must not be
                // overtaken.
                "max.in.flight.requests.per.connection",
                1,
                // Brokers may be away for as long as a start takes on a busy machine.
                "delivery.timeout.ms",
                600_000,
                "max.block.ms",
                600_000),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    serializer = Serdes.of(cluster.registryUrl()).serializer(Measurement.class);
  }

  void send() {
    byte[] value =
        hostile(sent)
            ? "hostile".getBytes(StandardCharsets.UTF_8)
            : serializer.serialize(topic, FaultModel.measurement("m-" + sent));
    // Idempotent by default: what is sent again after a lost leader is there once.
    producer.send(
        new ProducerRecord<>(topic, (int) (sent % partitions), (byte[]) null, value),
        (metadata, error) -> {
          if (error != null) {
            failed.compareAndSet(null, error);
          }
        });
    sent++;
  }

  /** Waits until all is in the log; what is not would look as if the service had lost it. */
  void flush() {
    producer.flush();
    if (failed.get() != null) {
      throw new IllegalStateException("a measurement could not be sent", failed.get());
    }
  }

  long sent() {
    return sent;
  }

  /** The offset after the last one of a partition. */
  int end(int partition) {
    return (int) ((sent + partitions - 1 - partition) / partitions);
  }

  boolean hostile(int partition, int offset) {
    return hostile((long) offset * partitions + partition);
  }

  private static boolean hostile(long number) {
    return number % HOSTILE_EVERY == HOSTILE_EVERY - 1;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
    serializer.close();
  }
}
