package org.deftstream.messaging.deadletter;

import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.RegistryErrors;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.avro.Measurement;

/** Reads the measurement that a dead letter was. Used by one thread; to be closed. */
public final class LetterMeasurements implements AutoCloseable {
  private final Deserializer<Measurement> values;

  /** Asks that registry for schemas. */
  public LetterMeasurements(Serdes serdes) {
    values = serdes.deserializer(Measurement.class);
  }

  /**
   * The task that it names; empty if the letter is not a measurement, or its value was left out.
   *
   * @throws UserError if the schema registry does not answer
   */
  public Optional<String> task(ReceivedDeadLetter letter) {
    return of(letter).map(Measurement::getTask);
  }

  /**
   * The measurement; empty if the letter is none, or its value was left out.
   *
   * @throws UserError if the schema registry does not answer
   */
  public Optional<Measurement> of(ReceivedDeadLetter letter) {
    byte[] value = letter.record().value();
    if (value == null || value.length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(values.deserialize(letter.record().topic(), value));
    } catch (RuntimeException e) {
      if (RegistryErrors.passing(e)) {
        // Nothing is known of the letter: passed over, it would count as one of another task.
        throw new UserError(
            "the schema registry does not answer (schema.registry.url), so what dead letters"
                + " hold is not known: "
                + RegistryErrors.reason(e),
            e);
      }
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    values.close();
  }
}
