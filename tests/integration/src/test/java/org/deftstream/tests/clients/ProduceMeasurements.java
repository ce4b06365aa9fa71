package org.deftstream.tests.clients;

import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;

/** Sends a masked picture: {@code BOOTSTRAP_SERVERS SCHEMA_REGISTRY_URL TOPIC ID}. */
public final class ProduceMeasurements {
  private ProduceMeasurements() {}

  /** Sends one and waits until it is stored. */
  public static void main(String[] args) throws Exception {
    var serializer = Serdes.of(args[1]).serializer(Measurement.class);
    Map<String, Object> kafka =
        Map.of("bootstrap.servers", args[0], "max.request.size", 16 << 20, "acks", "all");
    var mask = new float[32 * 32];
    var values = new float[32 * 32];
    for (int pixel = 0; pixel < mask.length; pixel++) {
      mask[pixel] = pixel % 3 == 0 ? 0 : 1;
      values[pixel] = mask[pixel] * (float) Math.sin(pixel / 100.0);
    }
    var measurement =
        Measurement.newBuilder()
            .setId(args[3])
            .setTask("fashion-32/inpaint")
            .setValues(Tensors.of(values, 32, 32, 1))
            .setAuxiliary(Map.of("mask", Tensors.of(mask, 32, 32)))
            .build();
    try (var producer = new KafkaProducer<>(kafka, new StringSerializer(), serializer)) {
      producer.send(new ProducerRecord<>(args[2], measurement.getId(), measurement)).get();
    }
  }
}
