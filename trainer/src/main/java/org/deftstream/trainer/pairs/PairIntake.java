package org.deftstream.trainer.pairs;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.trainer.pairs.PairRejectedException.Stage;

/** From the bytes of a record to a checked pair. Used by one thread; closes nothing. */
public final class PairIntake {
  /** The registry's own code for "schema not found". */
  private static final int SCHEMA_NOT_FOUND = 40403;

  private final Deserializer<LabelledPair> deserializer;
  private final TaskBook tasks;
  private final PairCheck check;

  /** An intake. */
  public PairIntake(Deserializer<LabelledPair> deserializer, TaskBook tasks, PairCheck check) {
    this.deserializer = deserializer;
    this.tasks = tasks;
    this.check = check;
  }

  /**
   * Decodes and checks a record.
   *
   * @throws PairRejectedException if it cannot be learned from
   * @throws UserError if that is not known because the registry does not answer
   */
  Pair take(String topic, Headers headers, byte[] value) {
    var pair = decode(topic, headers, value);
    PairCheck.requireNames(pair);
    var task =
        tasks
            .find(pair.getTask())
            .orElseThrow(() -> PairCheck.unknownTask(pair.getTask(), tasks.names()));
    return check.check(pair, task);
  }

  private LabelledPair decode(String topic, Headers headers, byte[] value) {
    if (value == null || value.length == 0) {
      throw new PairRejectedException(
          Stage.DECODE,
          "EmptyValue",
          "the record has no value and is no command; expected Avro in the schema registry's"
              + " format");
    }
    try {
      return deserializer.deserialize(topic, headers, value);
    } catch (RuntimeException e) {
      if (passing(e)) {
        throw new UserError("the schema registry does not answer: " + root(e).getMessage(), e);
      }
      throw new PairRejectedException(
          Stage.DECODE,
          "Undecodable",
          "%d bytes are no labelled pair: %s".formatted(value.length, root(e).getMessage()),
          e);
    }
  }

  /** Whether the registry is at fault, and not the record. */
  private static boolean passing(Throwable thrown) {
    if (any(thrown, RestClientException.class::isInstance)) {
      return !any(
          thrown,
          cause ->
              cause instanceof RestClientException answer
                  && answer.getErrorCode() == SCHEMA_NOT_FOUND);
    }
    if (any(
        thrown,
        cause ->
            cause instanceof RetriableException
                || cause instanceof InvalidConfigurationException)) {
      return true;
    }
    // Avro, too, reports bad bytes as an IOException.
    return any(thrown, IOException.class::isInstance)
        && !any(
            thrown,
            cause ->
                cause instanceof java.io.EOFException
                    || cause.getClass().getName().startsWith("org.apache.avro.")
                    || String.valueOf(cause.getMessage()).startsWith("Error deserializing"));
  }

  private static boolean any(Throwable thrown, Predicate<Throwable> test) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (test.test(cause)) {
        return true;
      }
    }
    return false;
  }

  private static Throwable root(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null && root.getCause().getMessage() != null) {
      root = root.getCause();
    }
    return root;
  }
}
