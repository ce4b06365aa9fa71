package org.deftstream.schemas;

import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;

/**
 * Confluent's deserializer, which looks at the counts within a value before it builds anything.
 * Used by one thread at a time.
 */
final class BoundedDeserializer extends KafkaAvroDeserializer {
  /** A zero byte and a schema id. */
  static final int PREFIX_BYTES = 1 + Integer.BYTES;

  private final Schema type;
  private byte[] value;

  BoundedDeserializer(Class<? extends SpecificRecord> type) {
    this.type = SpecificData.get().getSchema(type);
  }

  @Override
  public Object deserialize(String topic, byte[] bytes) {
    value = bytes;
    try {
      return super.deserialize(topic, bytes);
    } catch (StackOverflowError e) {
      throw tooDeep(e);
    } finally {
      value = null;
    }
  }

  @Override
  public Object deserialize(String topic, Headers headers, byte[] bytes) {
    value = bytes;
    try {
      return super.deserialize(topic, headers, bytes);
    } catch (StackOverflowError e) {
      throw tooDeep(e);
    } finally {
      value = null;
    }
  }

  private static SerializationException tooDeep(StackOverflowError e) {
    return new SerializationException("the value, or its schema, is nested too deeply", e);
  }

  /** Called for each value, with the schema that it was written with, before it is read. */
  @Override
  protected DatumReader<?> getDatumReader(Schema writer, Schema reader) throws ExecutionException {
    if (value != null) {
      ValueBounds.check(writer, type, value, PREFIX_BYTES);
    }
    return super.getDatumReader(writer, reader);
  }
}
