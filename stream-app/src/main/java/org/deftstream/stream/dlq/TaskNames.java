package org.deftstream.stream.dlq;

import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.avro.Measurement;

/** Finds the task that a dead letter's measurement names. Used by one thread; to be closed. */
public final class TaskNames implements AutoCloseable {
  private final Deserializer<Measurement> values;

  /** Asks that registry for schemas. */
  public TaskNames(Serdes serdes) {
    values = serdes.deserializer(Measurement.class);
  }

  /** The task; empty if the letter is not a measurement, or its value was left out. */
  public Optional<String> of(Letter letter) {
    byte[] value = letter.record().value();
    if (value == null || value.length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(values.deserialize(letter.record().topic(), value).getTask());
    } catch (SerializationException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    values.close();
  }
}
