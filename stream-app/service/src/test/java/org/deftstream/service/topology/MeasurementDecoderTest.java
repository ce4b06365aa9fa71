package org.deftstream.service.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.deftstream.service.topology.Texts.bytes;

import com.sun.net.httpserver.HttpServer;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.SchemaTrouble;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MeasurementDecoderTest {
  private static final String SCOPE = "decoder";
  private static final String TOPIC = "measurements";

  private final Serdes serdes = Serdes.of("mock://" + SCOPE);
  private final MeasurementDecoder decoder =
      new MeasurementDecoder(() -> serdes.deserializer(Measurement.class), () -> false);
  private byte[] right;

  @BeforeEach
  void register() throws Exception {
    for (var definition : Topics.defaults().definitions(1)) {
      if (definition.valueSchema().isPresent()) {
        MockSchemaRegistry.getClientForScope(SCOPE)
            .register(definition.subject(), new AvroSchema(definition.valueSchema().get()));
      }
    }
    right = serdes.serializer(Measurement.class).serialize(TOPIC, measurement());
  }

  @AfterEach
  void close() {
    decoder.close();
    MockSchemaRegistry.dropScope(SCOPE);
  }

  @Test
  void shouldDecodeWhatAProducerSent() {
    assertThat(decoder.decode(record(right))).isEqualTo(measurement());
  }

  @Test
  void shouldSayWhatIsWrongWithBytesThatAreNoAvro() {
    assertRejected(null, "EmptyValue", "has no value");
    assertRejected(new byte[0], "EmptyValue", "has an empty value");
    assertRejected(bytes("{}"), "NoAvro", "begins with the byte 0x7b");
    assertRejected(new byte[] {0, 0}, "Truncated", "ends after 2 bytes");
  }

  @Test
  void shouldTakeTheSchemaIdFromTheHeaderWhereNewerSerializersPutIt() {
    byte[] bare = Arrays.copyOfRange(right, 5, right.length);
    var headers = new RecordHeaders().add("__value_schema_id", Arrays.copyOf(right, 5));
    assertThat(decoder.decode(record(bare, headers))).isEqualTo(measurement());
    assertThat(decoder.decode(record(right, headers))).isEqualTo(measurement());
  }

  @Test
  void shouldNameTheHeaderIfItHoldsNoIdThatCanBeAskedFor() {
    byte[] bare = Arrays.copyOfRange(right, 5, right.length);
    byte[] guid = ByteBuffer.allocate(17).put((byte) 1).putLong(1).putLong(2).array();
    assertThatThrownBy(
            () -> decoder.decode(record(bare, new RecordHeaders().add("__value_schema_id", guid))))
        .isInstanceOf(RejectedRecordException.class)
        .hasMessageContaining("header __value_schema_id holds the GUID 00000000-0000-0001-0000-")
        .hasMessageContaining("expected Avro in the schema registry's format");
    assertThatThrownBy(
            () ->
                decoder.decode(
                    record(bare, new RecordHeaders().add("__value_schema_id", bytes("abc")))))
        .hasMessageContaining("header __value_schema_id holds 3 bytes");
    assertThat(decoder.decode(record(right, new RecordHeaders().add("__value_schema_id", guid))))
        .as("the value says it itself")
        .isEqualTo(measurement());
  }

  @Test
  void shouldRecogniseIdsOfEightBytes() {
    byte[] eight =
        ByteBuffer.allocate(right.length + 4)
            .put((byte) 0)
            .putLong(1)
            .put(right, 5, right.length - 5)
            .array();
    assertRejected(eight, "UnknownSchema", "eight bytes of id, as Apicurio's own serializer");
  }

  @Test
  void shouldNameASchemaThatDoesNotExist() throws Exception {
    var thrown = decodeWithAnswer(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    assertThat(thrown)
        .isInstanceOfSatisfying(
            RejectedRecordException.class,
            e -> assertThat(e.errorClass()).isEqualTo("UnknownSchema"))
        .hasMessageContaining("is not in the registry");
  }

  @Test
  void shouldNotBlameTheRecordWhenTheRegistryDoesNotWork() throws Exception {
    assertThat(decodeWithAnswer(503, "{\"error_code\":50301,\"message\":\"starting\"}"))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThat(decodeWithAnswer(401, "{\"error_code\":401,\"message\":\"Unauthorized\"}"))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThat(decodeWithAnswer(404, "<html>no such page</html>"))
        .isInstanceOf(RegistryUnavailableException.class);
  }

  private static HttpServer answering(int status, String body) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status, bytes(body).length);
          exchange.getResponseBody().write(bytes(body));
          exchange.close();
        });
    server.start();
    return server;
  }

  /** What decoding throws when the registry answers so. */
  private Throwable decodeWithAnswer(int status, String body) throws Exception {
    var server = answering(status, body);
    var answering = Serdes.of("http://127.0.0.1:" + server.getAddress().getPort());
    try (var other =
        new MeasurementDecoder(() -> answering.deserializer(Measurement.class), () -> false)) {
      return catchThrowable(() -> other.decode(record(right)));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldRefuseARecordOfAnotherType() {
    var pair =
        LabelledPair.newBuilder()
            .setId("p")
            .setTask("t")
            .setTruth(Tensors.of(new float[] {1}, 1))
            .build();
    byte[] bytes = serdes.serializer(LabelledPair.class).serialize("labelled-pairs", pair);
    assertRejected(bytes, "Undecodable", "not a whole Measurement");
  }

  @Test
  void shouldRejectEveryTruncation() {
    for (int length = 5; length < right.length; length++) {
      byte[] truncated = Arrays.copyOf(right, length);
      assertThatThrownBy(() -> decoder.decode(record(truncated)))
          .as("%d of %d bytes", length, right.length)
          .isInstanceOf(RejectedRecordException.class);
    }
  }

  /** Bad bytes are never taken for a registry that does not answer: that would stop a partition. */
  @Test
  void shouldRejectOrDecodeWhateverTheBytesAre() {
    var random = new Random(6);
    int rejected = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = right.clone();
      for (int j = 0; j <= random.nextInt(4); j++) {
        bytes[5 + random.nextInt(bytes.length - 5)] = (byte) random.nextInt(256);
      }
      try {
        decoder.decode(record(bytes));
      } catch (RejectedRecordException e) {
        assertThat(e.errorClass()).isEqualTo("Undecodable");
        rejected++;
      }
    }
    assertThat(rejected).isGreaterThan(100);
  }

  @Test
  void shouldNotBlameTheRecordWhenTheRegistryIsNotReached() throws Exception {
    int closedPort;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closedPort = socket.getLocalPort();
    }
    var unreachable =
        Serdes.of("http://127.0.0.1:" + closedPort, Map.of("http.connect.timeout.ms", 500));
    try (var other =
        new MeasurementDecoder(() -> unreachable.deserializer(Measurement.class), () -> false)) {
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> other.decode(record(right)))
            .isInstanceOf(RegistryUnavailableException.class);
      }
    }
  }

  /** It would wait for ever at the head of its partition, by the fault of whoever registered it. */
  @Test
  void shouldGiveUpASchemaAtWhichAloneTheRegistryFails() throws Exception {
    var works = new AtomicBoolean(true);
    var trouble = new SchemaTrouble(works::get, Duration.ZERO);
    var server = answering(500, "{\"error_code\":50001,\"message\":\"cannot be parsed\"}");
    var failing = Serdes.of("http://127.0.0.1:" + server.getAddress().getPort());
    try (var other =
        new MeasurementDecoder(() -> failing.deserializer(Measurement.class), trouble)) {
      for (int i = 0; i < 4; i++) {
        assertThatThrownBy(() -> other.decode(record(right)))
            .isInstanceOf(RegistryUnavailableException.class);
      }
      works.set(false);
      assertThatThrownBy(() -> other.decode(record(right)))
          .as("now it is the registry")
          .isInstanceOf(RegistryUnavailableException.class);
      works.set(true);
      for (int i = 0; i < 4; i++) {
        assertThatThrownBy(() -> other.decode(record(right)))
            .isInstanceOf(RegistryUnavailableException.class);
      }
      assertThatThrownBy(() -> other.decode(record(right)))
          .isInstanceOfSatisfying(
              RejectedRecordException.class,
              e -> assertThat(e.errorClass()).isEqualTo("SchemaUnavailable"))
          .hasMessageContaining("cannot be parsed");
    } finally {
      server.stop(0);
    }
  }

  private void assertRejected(byte[] value, String errorClass, String message) {
    assertThatThrownBy(() -> decoder.decode(record(value)))
        .isInstanceOfSatisfying(
            RejectedRecordException.class,
            e -> {
              assertThat(e.errorClass()).isEqualTo(errorClass);
              assertThat(e.stage()).isEqualTo(RejectedRecordException.Stage.DECODE);
            })
        .hasMessageContaining(message);
  }

  private static SourceRecord record(byte[] value) {
    return record(value, new RecordHeaders());
  }

  private static SourceRecord record(byte[] value, Headers headers) {
    return new SourceRecord(TOPIC, 0, 0, 0, null, value, headers);
  }

  private static Measurement measurement() {
    return Measurement.newBuilder()
        .setId("m-1")
        .setTask("head-ct-64/ct-sparse-20")
        .setValues(Tensors.of(new float[] {1, 2, 3, 4}, 2, 2))
        .setAttributes(Map.of("site", "north"))
        .build();
  }
}
