package org.deftstream.tests.clients;

import java.time.Duration;
import org.deftstream.client.Answer;
import org.deftstream.client.ClientOptions;
import org.deftstream.client.ReconstructionConsumer;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.Topics;

/** Prints answers until ID has come: {@code BOOTSTRAP_SERVERS REGISTRY_URL TOPIC_PREFIX ID}. */
public final class ConsumeReconstructions {
  private ConsumeReconstructions() {}

  /** Reads from the oldest answer on. */
  public static void main(String[] args) {
    var options = ClientOptions.of(args[0], args[1]).withTopics(Topics.withPrefix(args[2]));
    try (var consumer = ReconstructionConsumer.open(options, "viewer-java")) {
      for (boolean found = false; !found; ) {
        for (var answer : consumer.poll(Duration.ofSeconds(1))) {
          if (answer instanceof Answer.Reconstructed image) {
            var value = image.reconstruction();
            float[] mean = Tensors.toFloats(value.getMean());
            System.out.printf(
                "%s by %s, residual %.2f, %d pixels%n",
                value.getMeasurementId(),
                value.getProvenance().getMethod(),
                value.getProvenance().getResidual(),
                mean.length);
            found |= value.getMeasurementId().equals(args[3]);
          } else if (answer instanceof Answer.Rejected letter) {
            System.out.printf("dead letter %s %s%n", letter.reason(), letter.message());
          }
        }
        consumer.commit();
      }
    }
  }
}
