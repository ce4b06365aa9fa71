package org.deftstream.schemas;

import io.confluent.kafka.serializers.KafkaAvroSerializer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;

/** Gives Confluent's serializer of any object the type of the records that it is used for. */
final class RecordSerializer<T extends SpecificRecord> implements Serializer<T> {
  private final KafkaAvroSerializer delegate;

  RecordSerializer(KafkaAvroSerializer delegate) {
    this.delegate = delegate;
  }

  @Override
  public byte[] serialize(String topic, T record) {
    return delegate.serialize(topic, record);
  }

  @Override
  public byte[] serialize(String topic, Headers headers, T record) {
    return delegate.serialize(topic, headers, record);
  }

  @Override
  public void close() {
    delegate.close();
  }
}
