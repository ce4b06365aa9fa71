package org.deftstream.tests.clients;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.deftstream.client.ClientOptions;
import org.deftstream.client.Instructions;
import org.deftstream.client.MeasurementProducer;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;

/** Sends a masked picture: {@code BOOTSTRAP_SERVERS SCHEMA_REGISTRY_URL TOPIC_PREFIX ID}. */
public final class ProduceMeasurements {
  private ProduceMeasurements() {}

  /** Sends one and waits until it is stored. */
  public static void main(String[] args) throws Exception {
    var options = ClientOptions.of(args[0], args[1]).withTopics(Topics.withPrefix(args[2]));
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
    var how =
        Instructions.NONE.withPriority(10).withDeadline(Instant.now().plus(Duration.ofMinutes(10)));
    try (var producer = MeasurementProducer.open(options)) {
      var stored = producer.send("camera-1", measurement, how).get(30, TimeUnit.SECONDS);
      System.out.println("stored in " + stored);
    }
  }
}
