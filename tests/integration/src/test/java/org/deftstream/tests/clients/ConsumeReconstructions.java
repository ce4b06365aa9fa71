package org.deftstream.tests.clients;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Reconstruction;

/** Prints reconstructions until ID has come: {@code BOOTSTRAP_SERVERS REGISTRY_URL TOPIC ID}. */
public final class ConsumeReconstructions {
  private ConsumeReconstructions() {}

  /** Reads from the beginning. */
  public static void main(String[] args) {
    Map<String, Object> kafka =
        Map.of(
            "bootstrap.servers", args[0],
            "group.id", "viewer",
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed"); // answers come in transactions
    var deserializer = Serdes.of(args[1]).deserializer(Reconstruction.class);
    try (var consumer = new KafkaConsumer<>(kafka, new StringDeserializer(), deserializer)) {
      consumer.subscribe(List.of(args[2]));
      for (boolean found = false; !found; ) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          var value = record.value();
          float[] mean = Tensors.toFloats(value.getMean());
          System.out.printf(
              "%s by %s, residual %.2f, %d pixels%n",
              value.getMeasurementId(),
              value.getProvenance().getMethod(),
              value.getProvenance().getResidual(),
              mean.length);
          found |= value.getMeasurementId().equals(args[3]);
        }
      }
    }
  }
}
