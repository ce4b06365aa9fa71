package org.deftstream.schemas;

import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Gives Confluent's deserializer the type of the records that it is used for, and checks it:
 * without the check, a record of another type fails far from here with a ClassCastException.
 */
final class RecordDeserializer<T extends SpecificRecord> implements Deserializer<T> {
  private final Class<T> type;
  private final KafkaAvroDeserializer delegate;

  RecordDeserializer(Class<T> type, KafkaAvroDeserializer delegate) {
    this.type = type;
    this.delegate = delegate;
  }

  @Override
  public T deserialize(String topic, byte[] bytes) {
    requireHeader(bytes);
    return typed(delegate.deserialize(topic, bytes));
  }

  @Override
  public T deserialize(String topic, Headers headers, byte[] bytes) {
    requireHeader(bytes);
    return typed(delegate.deserialize(topic, headers, bytes));
  }

  @Override
  public void close() {
    delegate.close();
  }

  /** The delegate meets a record that is shorter with a BufferUnderflowException. */
  private void requireHeader(byte[] bytes) {
    if (bytes != null && bytes.length < BoundedDeserializer.PREFIX_BYTES) {
      throw new SerializationException(
          "expected a record of type %s, which begins with a zero byte and a four-byte schema id, but got %d bytes"
              .formatted(type.getSimpleName(), bytes.length));
    }
  }

  private T typed(Object record) {
    if (record != null && !type.isInstance(record)) {
      throw new SerializationException(
          "expected a record of type %s, but the bytes hold a %s"
              .formatted(type.getSimpleName(), record.getClass().getName()));
    }
    return type.cast(record);
  }
}
