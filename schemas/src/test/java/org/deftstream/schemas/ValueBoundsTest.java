package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.deftstream.schemas.avro.Measurement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values by hand, as a hostile producer makes them, through the deserializer that is in use. */
class ValueBoundsTest {
  private static final String SCOPE = "bounds";
  private static final String TOPIC = "measurements";

  private final Serdes serdes = Serdes.of("mock://" + SCOPE);

  /** Writes a part of a value. */
  private interface Part {
    void write(BinaryEncoder encoder) throws IOException;
  }

  @AfterEach
  void drop() {
    MockSchemaRegistry.dropScope(SCOPE);
  }

  @Test
  void shouldRefuseAMapOfAMillionEmptyTensors() throws Exception {
    assertRefused(
        Measurement.getClassSchema(),
        encoder -> {
          names(encoder);
          tensor(encoder, 1);
          encoder.writeMapStart();
          encoder.setItemCount(1_000_000);
          for (int i = 0; i < 1_000_000; i++) {
            encoder.startItem();
            encoder.writeString("aaaaaa");
            tensor(encoder, 0);
          }
          encoder.writeMapEnd();
        },
        "more than 10000 items");
  }

  @ParameterizedTest
  @ValueSource(ints = {10_001, 14_000_000})
  void shouldRefuseAShapeOfMillionsOfAxes(int axes) throws Exception {
    assertRefused(
        Measurement.getClassSchema(),
        encoder -> {
          names(encoder);
          tensor(encoder, axes);
        },
        "more than 10000 items");
  }

  /** A count alone costs nothing: each item is of no bytes, or never comes. */
  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Integer.MAX_VALUE, -1L << 40, Long.MIN_VALUE})
  void shouldRefuseACountThatNoBytesStandFor(long count) throws Exception {
    assertRefused(
        Measurement.getClassSchema(),
        encoder -> {
          names(encoder);
          encoder.writeEnum(0);
          encoder.writeLong(count);
          encoder.writeLong(0);
        },
        "more than 10000 items");
    var nulls =
        Schema.createArray(Schema.createUnion(Schema.create(Schema.Type.NULL), record("Empty")));
    assertRefused(
        writer("{\"name\": \"more\", \"type\": " + nulls + "}"),
        encoder -> {
          whole(encoder);
          encoder.writeLong(count);
          encoder.writeLong(0);
        },
        "more than 10000 items");
  }

  @Test
  void shouldRefuseAValueThatIsNestedWithoutEnd() throws Exception {
    assertRefused(
        writer("{\"name\": \"next\", \"type\": [\"null\", \"Measurement\"]}"),
        encoder -> {
          for (int i = 0; i < 200_000; i++) {
            whole(encoder);
            encoder.writeIndex(1);
          }
        },
        "nested more than 64 levels");
  }

  @Test
  void shouldRefuseAFixedOfTwoGigabytesThatIsNotThere() throws Exception {
    assertRefused(
        writer(
            "{\"name\": \"big\", \"type\": {\"type\": \"fixed\", \"name\": \"F\", \"size\":"
                + " 2000000000}}"),
        ValueBoundsTest::whole,
        "end before the record does");
  }

  /** A newer writer may have fields that are nothing to this reader. */
  @Test
  void shouldReadAValueWithManyItemsThatAreNotRead() throws Exception {
    var writer =
        writer("{\"name\": \"samples\", \"type\": {\"type\": \"array\", \"items\": \"float\"}}");
    var read =
        read(
            writer,
            encoder -> {
              whole(encoder);
              encoder.writeArrayStart();
              encoder.setItemCount(100_000);
              for (int i = 0; i < 100_000; i++) {
                encoder.startItem();
                encoder.writeFloat(i);
              }
              encoder.writeArrayEnd();
            });
    assertThat(read.getId()).isEqualTo("m");
  }

  @Test
  void shouldReadAValueOfManyAttributes() throws Exception {
    var read =
        read(
            Measurement.getClassSchema(),
            encoder -> {
              names(encoder);
              tensor(encoder, 1);
              encoder.writeMapStart();
              encoder.writeMapEnd();
              encoder.writeIndex(0);
              encoder.writeMapStart();
              encoder.setItemCount(5000);
              for (int i = 0; i < 5000; i++) {
                encoder.startItem();
                encoder.writeString("k" + i);
                encoder.writeString("v");
              }
              encoder.writeMapEnd();
              encoder.writeIndex(0);
              encoder.writeIndex(0);
            });
    assertThat(read.getAttributes()).hasSize(5000);
  }

  /** The check must read as Avro does, or what is right would be refused. */
  @Test
  void shouldTakeWhateverAvroTakes() throws Exception {
    var schema = Measurement.getClassSchema();
    register(schema);
    var random = new SplittableRandom(4);
    var right =
        serdes
            .serializer(Measurement.class)
            .serialize(
                TOPIC,
                Measurement.newBuilder()
                    .setId("m")
                    .setTask("t")
                    .setValues(Tensors.of(new float[] {1, 2}, 2))
                    .setAuxiliary(Map.of("mask", Tensors.of(new float[] {1}, 1)))
                    .setAttributes(Map.of("a", "b"))
                    .build());
    var plain = new org.apache.avro.specific.SpecificDatumReader<Measurement>(schema);
    int taken = 0;
    try (var deserializer = serdes.deserializer(Measurement.class)) {
      for (int i = 0; i < 5000; i++) {
        byte[] bytes = right.clone();
        for (int j = random.nextInt(3); j >= 0; j--) {
          bytes[5 + random.nextInt(bytes.length - 5)] = (byte) random.nextInt(256);
        }
        Measurement expected;
        try {
          expected =
              plain.read(
                  null,
                  org.apache.avro.io.DecoderFactory.get()
                      .binaryDecoder(Arrays.copyOfRange(bytes, 5, bytes.length), null));
        } catch (IOException | RuntimeException e) {
          continue;
        }
        taken++;
        assertThat(deserializer.deserialize(TOPIC, bytes)).isEqualTo(expected);
      }
    }
    assertThat(taken).isGreaterThan(500);
  }

  private void assertRefused(Schema writer, Part value, String reason) throws Exception {
    var thrown = catchThrowable(() -> read(writer, value));
    assertThat(thrown).isInstanceOf(SerializationException.class);
    assertThat(RegistryErrors.reason(thrown)).contains(reason);
    assertThat(RegistryErrors.passing(thrown)).isFalse();
  }

  private Measurement read(Schema writer, Part value) throws Exception {
    int id = register(writer);
    var out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    value.write(encoder);
    encoder.flush();
    try (var deserializer = serdes.deserializer(Measurement.class)) {
      return deserializer.deserialize(TOPIC, out.toByteArray());
    }
  }

  private static int register(Schema schema) throws Exception {
    return MockSchemaRegistry.getClientForScope(SCOPE)
        .register(TOPIC + "-value", new AvroSchema(RegisteredSchemas.of(schema)));
  }

  private static void whole(BinaryEncoder encoder) throws IOException {
    names(encoder);
    tensor(encoder, 1);
    encoder.writeMapStart();
    encoder.writeMapEnd();
    encoder.writeIndex(0);
    encoder.writeMapStart();
    encoder.writeMapEnd();
    // Neither scale nor geometry.
    encoder.writeIndex(0);
    encoder.writeIndex(0);
  }

  private static void names(BinaryEncoder encoder) throws IOException {
    encoder.writeString("m");
    encoder.writeString("t");
  }

  private static void tensor(BinaryEncoder encoder, int axes) throws IOException {
    encoder.writeEnum(0);
    encoder.writeArrayStart();
    encoder.setItemCount(axes);
    for (int i = 0; i < axes; i++) {
      encoder.startItem();
      encoder.writeInt(1);
    }
    encoder.writeArrayEnd();
    encoder.writeBytes(new byte[4]);
  }

  private static Schema record(String name) {
    return Schema.createRecord(name, null, "other", false, java.util.List.of());
  }

  /** A measurement's schema with one more field. */
  private static Schema writer(String field) {
    var text = RegisteredSchemas.of(Measurement.getClassSchema()).toString();
    int end = text.lastIndexOf(']');
    return new Schema.Parser().parse(text.substring(0, end) + "," + field + text.substring(end));
  }
}
