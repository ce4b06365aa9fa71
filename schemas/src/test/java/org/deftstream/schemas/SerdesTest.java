package org.deftstream.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;
import org.deftstream.schemas.avro.AdapterWeightsChunk;
import org.deftstream.schemas.avro.DType;
import org.deftstream.schemas.avro.Geometry;
import org.deftstream.schemas.avro.IntensityScale;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Provenance;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.schemas.avro.Serve;
import org.deftstream.schemas.avro.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SerdesTest {
  private static final Instant MOMENT = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final Tensor TENSOR = Tensors.of(new float[] {-1f, 0.25f, 1f, 0.5f}, 2, 2, 1);

  /** Each test has its own registry. */
  private final String scope = UUID.randomUUID().toString();

  private final Serdes serdes = Serdes.of("mock://" + scope);

  @BeforeEach
  void registerAsTopicsCreateDoes() throws Exception {
    var client = MockSchemaRegistry.getClientForScope(scope);
    for (TopicDefinition topic : Topics.defaults().definitions(1)) {
      if (topic.valueSchema().isPresent()) {
        client.register(topic.subject(), new AvroSchema(topic.valueSchema().get()));
      }
    }
  }

  private static final IntensityScale SCALE = new IntensityScale(2048d, 1024d, "HU");
  private static final Geometry GEOMETRY =
      new Geometry(
          List.of(0.7, 0.7, 2.5),
          List.of(-180.0, -175.5, 40.25),
          List.of(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
          Map.of("StudyInstanceUID", "1.2.3"));

  @AfterEach
  void forgetTheRegistry() {
    MockSchemaRegistry.dropScope(scope);
  }

  @Test
  void shouldRoundTripAMeasurement() {
    var full =
        new Measurement(
            "m-1",
            "fashion-32/inpaint",
            TENSOR,
            Map.of("mask", TENSOR),
            MOMENT,
            Map.of("site", "north"),
            SCALE,
            GEOMETRY);

    Measurement back = roundTrip("measurements", Measurement.class, full);

    assertThat(back).isEqualTo(full);
    // Text must come back as String and not as Avro's own Utf8, of which no map lookup would find
    // anything.
    assertThat(back.getAuxiliary().get("mask")).isEqualTo(TENSOR);
    assertThat(back.getAttributes().get("site")).isEqualTo("north");
  }

  @Test
  void shouldFillInWhatAMeasurementLeavesOut() {
    var least = Measurement.newBuilder().setId("m").setTask("t").setValues(TENSOR).build();

    Measurement back = roundTrip("measurements", Measurement.class, least);

    assertThat(back.getAuxiliary()).isEmpty();
    assertThat(back.getAttributes()).isEmpty();
    assertThat(back.getCapturedAt()).isNull();
  }

  /** Ten bytes each in the record, two hundred in memory. */
  @Test
  void shouldRefuseMoreEntriesThanAnyRecordHasBeforeTheyAreUnpacked() {
    var empty = new Tensor(DType.UINT8, List.of(), ByteBuffer.allocate(0));
    var inputs = new HashMap<String, Tensor>();
    for (int i = 0; i <= ValueBounds.MAX_ITEMS; i++) {
      inputs.put("i" + i, empty);
    }
    var map =
        Measurement.newBuilder()
            .setId("m")
            .setTask("t")
            .setValues(TENSOR)
            .setAuxiliary(inputs)
            .build();
    assertRefused("measurements", Measurement.class, map);

    var axes = Collections.nCopies(ValueBounds.MAX_ITEMS + 1, 1);
    var shape = new Tensor(DType.UINT8, axes, ByteBuffer.allocate(1));
    var pair = LabelledPair.newBuilder().setId("p").setTask("t").setTruth(shape).build();
    assertRefused("labelled-pairs", LabelledPair.class, pair);
  }

  private <T extends SpecificRecord> void assertRefused(String topic, Class<T> type, T record) {
    try (var serde = serdes.value(type)) {
      byte[] bytes = serde.serializer().serialize(topic, record);
      assertThatThrownBy(() -> serde.deserializer().deserialize(topic, bytes))
          .isInstanceOf(SerializationException.class)
          .rootCause()
          .hasMessageContaining("more than 10000 items");
    }
  }

  @Test
  void shouldRoundTripAReconstruction() {
    Provenance provenance =
        Provenance.newBuilder()
            .setMethod("deft")
            .setAdapterId("a-1")
            .setPrior("head-ct-64")
            .setPriorFingerprint("p")
            .setOperatorFingerprint("o")
            .setSampler("steps=20")
            .setSteps(20)
            .setSeed(Long.MIN_VALUE)
            .setResidual(1.01)
            .setSourceTopic("measurements")
            .setSourcePartition(3)
            .setSourceOffset(1L << 40)
            .build();
    var several =
        new Reconstruction("m-1", "t", TENSOR, TENSOR, 8, provenance, true, SCALE, GEOMETRY, 1.25);
    var single =
        new Reconstruction("m-1", "t", TENSOR, null, 1, provenance, null, null, null, null);

    assertThat(roundTrip("reconstructions", Reconstruction.class, several)).isEqualTo(several);
    assertThat(roundTrip("reconstructions", Reconstruction.class, single)).isEqualTo(single);
  }

  @Test
  void shouldRoundTripALabelledPair() {
    var pair = new LabelledPair("p-1", "t", "patient-7", TENSOR, null, Map.of());

    assertThat(roundTrip("labelled-pairs", LabelledPair.class, pair)).isEqualTo(pair);
  }

  @Test
  void shouldRoundTripAdapterRecords() {
    var ref = new AdapterRef("a-1", "{}", "0a", 3L, 1, null);
    var control =
        AdapterControl.newBuilder()
            .setTask("t")
            .setServe(Serve.ADAPTER)
            .setStable(ref)
            .setAvailable(List.of(ref))
            .setIssuedAt(MOMENT)
            .setIssuedBy("someone")
            .build();
    var chunk = new AdapterWeightsChunk("0a", 0, 1, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    var status =
        new AdapterStatus("i-1", "t", "a-1", AdapterState.SERVING, null, MOMENT, null, null, null);

    assertThat(roundTrip("adapters", AdapterControl.class, control)).isEqualTo(control);
    assertThat(roundTrip("adapter-weights", AdapterWeightsChunk.class, chunk)).isEqualTo(chunk);
    assertThat(roundTrip("adapter-status", AdapterStatus.class, status)).isEqualTo(status);
  }

  @Test
  void shouldPassTombstones() {
    try (var serde = serdes.value(AdapterControl.class)) {
      assertThat(serde.serializer().serialize("adapters", null)).isNull();
      assertThat(serde.deserializer().deserialize("adapters", null)).isNull();
    }
  }

  @Test
  void shouldNotRegisterASchemaByItself() {
    var measurement = Measurement.newBuilder().setId("m").setTask("t").setValues(TENSOR).build();

    try (var serializer = serdes.serializer(Measurement.class)) {
      assertThatThrownBy(() -> serializer.serialize("elsewhere", measurement))
          .isInstanceOf(SerializationException.class);
    }
    var client = MockSchemaRegistry.getClientForScope(scope);
    assertThatThrownBy(() -> client.getAllVersions("elsewhere-value"))
        .hasMessageContaining("Subject Not Found");
  }

  @Test
  void shouldRefuseARecordOfAnotherType() {
    var status =
        new AdapterStatus("i", "t", null, AdapterState.WARM, null, MOMENT, null, null, null);
    byte[] bytes;
    try (var serializer = serdes.serializer(AdapterStatus.class)) {
      bytes = serializer.serialize("adapter-status", status);
    }

    try (var deserializer = serdes.deserializer(Measurement.class)) {
      assertThatThrownBy(() -> deserializer.deserialize("adapter-status", bytes))
          .isInstanceOf(SerializationException.class);
    }
  }

  @Test
  void shouldRefuseBytesThatAreNoRecord() {
    byte[][] hostile = {{}, {1, 2, 3}, "hello, no Avro".getBytes(UTF_8), {0, 0, 0, 0, 99, 1}};
    try (var deserializer = serdes.deserializer(Measurement.class)) {
      for (byte[] bytes : hostile) {
        assertThatThrownBy(() -> deserializer.deserialize("measurements", bytes))
            .isInstanceOf(SerializationException.class);
      }
    }
  }

  @Test
  void shouldLetSettingsWin() {
    var measurement = Measurement.newBuilder().setId("m").setTask("t").setValues(TENSOR).build();
    var registering = Serdes.of("mock://" + scope, Map.of("auto.register.schemas", true));

    try (var serializer = registering.serializer(Measurement.class)) {
      assertThat(serializer.serialize("elsewhere", measurement)).isNotEmpty();
    }
  }

  @Test
  void shouldRegisterWhatOtherLanguagesMean() {
    List<TopicDefinition> topics = Topics.defaults().definitions(1);

    assertThat(topics)
        .allSatisfy(
            topic ->
                topic
                    .valueSchema()
                    .ifPresent(
                        schema ->
                            assertThat(schema.toString()).doesNotContain("avro.java.string")));
  }

  private <T extends SpecificRecord> T roundTrip(String topic, Class<T> type, T record) {
    try (var serde = serdes.value(type)) {
      T back = serde.deserializer().deserialize(topic, serde.serializer().serialize(topic, record));
      assertThat(back).isNotSameAs(record).isInstanceOf(GenericRecord.class);
      return back;
    }
  }
}
