package org.deftstream.service.topology;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.RegistryErrors;
import org.deftstream.schemas.SchemaTrouble;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.RejectedRecordException.Stage;
import org.deftstream.service.ledger.SourceRecord;

/**
 * From the bytes of a record to a {@link Measurement}. What cannot be decoded is told in words that
 * a producer's author understands. Thread-safe; closed by its owner.
 */
public final class MeasurementDecoder implements Closeable {
  /** A zero byte and a four-byte schema id. */
  private static final int PREFIX_BYTES = 5;

  static final String FORMAT =
      "expected Avro in the schema registry's format: a zero byte, a four-byte schema id, the"
          + " record";

  private final PerThread<Deserializer<Measurement>> deserializers;
  private final SchemaTrouble trouble;

  /**
   * Makes a decoder.
   *
   * @param deserializers makes a deserializer; called once for each thread
   * @param registryAnswers asks the registry something else than a schema, anew each time
   */
  public MeasurementDecoder(
      Supplier<Deserializer<Measurement>> deserializers, BooleanSupplier registryAnswers) {
    this(deserializers, new SchemaTrouble(registryAnswers));
  }

  MeasurementDecoder(Supplier<Deserializer<Measurement>> deserializers, SchemaTrouble trouble) {
    this.deserializers = new PerThread<>(deserializers);
    this.trouble = trouble;
  }

  /**
   * Decodes a record.
   *
   * @param record the record
   * @return the measurement, not validated against its task
   * @throws RejectedRecordException if the bytes are not a measurement
   * @throws RegistryUnavailableException if that is not known because the registry did not answer
   */
  Measurement decode(SourceRecord record) {
    byte[] value = record.value();
    if (value == null || value.length == 0) {
      throw undecodable(
          "EmptyValue",
          "the record has " + (value == null ? "no" : "an empty") + " value; " + FORMAT);
    }
    value = SchemaIds.prefixed(record.headers(), value);
    if (value[0] != 0) {
      throw undecodable(
          "NoAvro", "the value begins with the byte 0x%02x; %s".formatted(value[0], FORMAT));
    }
    if (value.length < PREFIX_BYTES) {
      throw undecodable(
          "Truncated", "the value ends after %d bytes; %s".formatted(value.length, FORMAT));
    }
    int schemaId = ByteBuffer.wrap(value, 1, Integer.BYTES).getInt();
    Measurement measurement;
    try {
      measurement = deserializers.get().deserialize(record.topic(), record.headers(), value);
    } catch (RuntimeException e) {
      throw classified(e, schemaId, value.length);
    }
    trouble.answered(schemaId);
    return measurement;
  }

  private RuntimeException classified(RuntimeException e, int schemaId, int length) {
    if (RegistryErrors.unknownSchema(e) && schemaId == 0) {
      return undecodable(
          "UnknownSchema",
          "schema id 0 is not in the registry; eight bytes of id, as Apicurio's own serializer"
              + " writes them, begin with such zeros: use its four-byte ids"
              + " (apicurio.registry.id-handler=...Default4ByteIdHandler) or Confluent's"
              + " serializer; "
              + FORMAT);
    }
    if (RegistryErrors.unknownSchema(e)) {
      return new RejectedRecordException(
          Stage.DECODE,
          "UnknownSchema",
          "schema id " + schemaId + " is not in the registry; register the schema before sending",
          e);
    }
    if (RegistryErrors.passing(e)) {
      return trouble.givenUp(schemaId)
          ? noSchema(schemaId, e)
          : new RegistryUnavailableException(e);
    }
    return new RejectedRecordException(
        Stage.DECODE,
        "Undecodable",
        "the %d bytes are not a whole Measurement in the schema of id %d: %s"
            .formatted(length, schemaId, RegistryErrors.reason(e)),
        e);
  }

  private static RejectedRecordException noSchema(int schemaId, RuntimeException e) {
    return new RejectedRecordException(
        Stage.DECODE,
        "SchemaUnavailable",
        "the schema registry works, but for some time has not given the schema of id %d: %s"
            .formatted(schemaId, RegistryErrors.reason(e)),
        e);
  }

  private static RejectedRecordException undecodable(String errorClass, String message) {
    return new RejectedRecordException(Stage.DECODE, errorClass, message);
  }

  @Override
  public void close() {
    deserializers.close();
  }
}
