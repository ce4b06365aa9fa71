package org.deftstream.trainer.pairs;

import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.RegistryErrors;
import org.deftstream.schemas.SchemaTrouble;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.trainer.pairs.PairRejectedException.Stage;

/** From the bytes of a record to a checked pair. Used by one thread; closes nothing. */
public final class PairDecoder {
  private final Deserializer<LabelledPair> deserializer;
  private final TaskCatalog tasks;
  private final PairCheck check;
  private final SchemaTrouble trouble;

  /**
   * An intake.
   *
   * @param trouble knows schemas at which a registry fails that works otherwise; outlives the
   *     intake
   */
  public PairDecoder(
      Deserializer<LabelledPair> deserializer,
      TaskCatalog tasks,
      PairCheck check,
      SchemaTrouble trouble) {
    this.deserializer = deserializer;
    this.tasks = tasks;
    this.check = check;
    this.trouble = trouble;
  }

  /**
   * Decodes and checks a record.
   *
   * @throws PairRejectedException if it cannot be learned from, whatever is wrong with it
   * @throws UserError if that is not known because the registry or the control topic does not
   *     answer
   */
  Pair take(String topic, Headers headers, byte[] value) {
    var pair = decode(topic, headers, value);
    PairCheck.requireNames(pair);
    var task = task(pair.getTask());
    try {
      return check.check(pair, task);
    } catch (PairRejectedException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      // Read again it would fail again, and nothing behind it would be read.
      throw new PairRejectedException(
          Stage.VALIDATE, "InvalidPair", "the pair cannot be checked: " + e, e);
    }
  }

  private Task task(String name) {
    try {
      return tasks.find(name).orElseThrow(() -> PairCheck.unknownTask(name, tasks.names()));
    } catch (IllegalArgumentException e) {
      throw PairCheck.brokenTask(name, e.getMessage());
    }
  }

  /** The id behind the zero byte; what is shorter never reaches the registry. */
  private static int schemaId(byte[] value) {
    return value.length < 1 + Integer.BYTES ? 0 : ByteBuffer.wrap(value).getInt(1);
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
    } catch (RuntimeException | StackOverflowError e) {
      if (RegistryErrors.passing(e) && !trouble.givenUp(schemaId(value))) {
        throw new UserError("the schema registry does not answer: " + RegistryErrors.reason(e), e);
      }
      throw new PairRejectedException(
          Stage.DECODE,
          "Undecodable",
          "%d bytes are no labelled pair: %s".formatted(value.length, RegistryErrors.reason(e)),
          e);
    }
  }
}
