package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.avro.Measurement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryErrorsTest {
  private static final byte[] RECORD = {0, 0, 0, 0, 1, 2, 3, 4};

  @Test
  void shouldTakeForPassingWhatIsKnownToBeTheConnection() {
    assertPassing(new ConnectException("refused"));
    assertPassing(new SocketTimeoutException("read timed out"));
    assertPassing(new UnknownHostException("registry"));
    assertPassing(new SSLHandshakeException("no common cipher"));
    assertPassing(new IOException("Premature EOF"));
    assertPassing(new TimeoutException("no answer"));
    assertPassing(new RestClientException("starting", 503, 50301));
    assertPassing(new RestClientException("who are you", 401, 401));
    assertPassing(new RestClientException("<html>no such page", 404, 50005));
  }

  /** Tried again for ever, any of these would stop its partition. */
  @Test
  void shouldTakeEverythingElseForTheRecordsFault() {
    assertOfTheRecord(new IOException("Invalid schema type PROTOBUF"));
    assertOfTheRecord(new IOException("Invalid schema {} with refs [] of type AVRO"));
    assertOfTheRecord(new EOFException());
    assertOfTheRecord(new ClassCastException("no AvroSchema"));
    assertOfTheRecord(new RestClientException("no such schema", 404, 40403));
    assertOfTheRecord(new RestClientException("not in this subject", 404, 40401));
    assertOfTheRecord(new RestClientException("cannot be processed", 422, 42201));
    assertOfTheRecord(new RestClientException("gone", 410, 410));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROTOBUF", "JSON", "THRIFT"})
  void shouldTakeAnIdOfAnotherKindOfSchemaForTheRecordsFault(String type) throws Exception {
    var thrown = thrownAfter(200, "{\"schemaType\":\"" + type + "\",\"schema\":\"{}\"}");
    assertThat(RegistryErrors.passing(thrown)).isFalse();
    assertThat(RegistryErrors.unknownSchema(thrown)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"schema\":\"{\\\"type\\\":\\\"nothing\\\"}\"}",
        "{\"schema\":\"\"}",
        "{}",
        "[]"
      })
  void shouldTakeASchemaThatAvroRefusesForTheRecordsFault(String answer) throws Exception {
    assertThat(RegistryErrors.passing(thrownAfter(200, answer))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 407, 429, 500, 502, 503})
  void shouldNotBlameTheRecordForAnAnswerThatIsNoVerdict(int status) throws Exception {
    assertThat(RegistryErrors.passing(thrownAfter(status, "<html>no</html>"))).isTrue();
    var coded = "{\"error_code\":%d,\"message\":\"no\"}".formatted(status);
    assertThat(RegistryErrors.passing(thrownAfter(status, coded))).isTrue();
  }

  @Test
  void shouldSayWhetherTheRegistryAnswersAtAll() throws Exception {
    assertThat(answers(200, "[1]")).isTrue();
    assertThat(answers(404, "{\"error_code\":40401,\"message\":\"no such subject\"}")).isTrue();
    assertThat(answers(404, "<html>no such page</html>")).isFalse();
    assertThat(answers(503, "starting")).isFalse();
    assertThat(Serdes.of("http://127.0.0.1:1").registryAnswers("measurements")).isFalse();
  }

  private static boolean answers(int status, String body) throws Exception {
    var server = answering(status, body);
    try {
      return Serdes.of(url(server)).registryAnswers("measurements");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldTellTheInnermostReason() {
    assertThat(
            RegistryErrors.reason(
                new SerializationException("outer", new IOException("Invalid schema type JSON"))))
        .isEqualTo("Invalid schema type JSON");
    assertThat(RegistryErrors.reason(new SerializationException("outer", new EOFException())))
        .isEqualTo("the bytes end before the record does");
    assertThat(RegistryErrors.reason(new NullPointerException())).isEqualTo("NullPointerException");
  }

  private static void assertPassing(Throwable cause) {
    var thrown = new SerializationException("Error retrieving Avro value schema for id 1", cause);
    assertThat(RegistryErrors.passing(thrown)).as("%s", cause).isTrue();
  }

  private static void assertOfTheRecord(Throwable cause) {
    var thrown = new SerializationException("Error retrieving Avro value schema for id 1", cause);
    assertThat(RegistryErrors.passing(thrown)).as("%s", cause).isFalse();
  }

  private static HttpServer answering(int status, String body) throws Exception {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What a deserializer throws when the registry answers so. */
  private static Throwable thrownAfter(int status, String body) throws Exception {
    var server = answering(status, body);
    try (var deserializer =
        Serdes.of(url(server), Map.of("http.read.timeout.ms", 5000))
            .deserializer(Measurement.class)) {
      var thrown =
          catchThrowable(
              () -> deserializer.deserialize("measurements", new RecordHeaders(), RECORD));
      assertThat(thrown).as("%d %s", status, body).isNotNull();
      return thrown;
    } finally {
      server.stop(0);
    }
  }
}
