package org.deftstream.tests.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.devstack.stack.EmbeddedRegistry;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.tests.platform.Answers;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program against brokers that demand TLS with client certificates, or SASL/SCRAM, with nothing
 * but Kafka's own settings in a file, behind {@code kafka.}: topics, the service, and what a client
 * without the right papers is told.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecurityIT {
  private static final String SCRAM = "SCRAM-SHA-512";
  private static final String LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule";

  /** A client that is refused tries until then. */
  private static final Duration REFUSAL = Duration.ofSeconds(10);

  private Path directory;
  private EmbeddedRegistry registry;
  private Certificates certificates;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    directory = temporary;
    certificates = new Certificates(directory.resolve("certificates"));
    certificates.issue("broker");
    certificates.issue("service");
    registry =
        EmbeddedRegistry.start(
            Files.createDirectories(directory.resolve("registry")),
            directory.resolve("registry.log"),
            0,
            Duration.ofMinutes(2));
  }

  @AfterAll
  void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  @Test
  void shouldServeOverTlsWithClientCertificates() throws Exception {
    Map<String, String> broker = new HashMap<>(certificates.trust());
    broker.putAll(certificates.identity("broker"));
    broker.put("ssl.client.auth", "required");
    Map<String, String> client = new HashMap<>(certificates.trust());
    client.put("security.protocol", "SSL");
    Map<String, String> known = new HashMap<>(client);
    known.putAll(certificates.identity("service"));
    try (var started = SecureBroker.start(directory.resolve("tls"), "SSL", broker, List.of())) {
      serveAndAnswer(started, "tls", known);
      assertRefused(started, "tls-unknown", client);
    }
  }

  @Test
  void shouldServeOverSaslWithScram() throws Exception {
    Map<String, String> broker =
        Map.of(
            "sasl.enabled.mechanisms", SCRAM,
            "sasl.mechanism.inter.broker.protocol", SCRAM,
            "listener.name.clients.scram-sha-512.sasl.jaas.config",
                jaas("broker", "broker-secret"));
    var users =
        List.of(
            SCRAM + "=[name=broker,password=broker-secret]",
            SCRAM + "=[name=deftstream,password=service-secret]");
    try (var started =
        SecureBroker.start(directory.resolve("sasl"), "SASL_PLAINTEXT", broker, users)) {
      serveAndAnswer(started, "sasl", scram("deftstream", "service-secret"));
      assertRefused(started, "sasl-wrong", scram("deftstream", "guessed"));
    }
  }

  private static Map<String, String> scram(String user, String password) {
    return Map.of(
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        SCRAM,
        "sasl.jaas.config",
        jaas(user, password));
  }

  private static String jaas(String user, String password) {
    return LOGIN + " required username=\"" + user + "\" password=\"" + password + "\";";
  }

  /** Makes the topics, starts the service, sends records and reads the answers, all secured. */
  private void serveAndAnswer(SecureBroker broker, String name, Map<String, String> kafka)
      throws Exception {
    var file = settings(broker, name, kafka, Platform.PATIENCE);
    CliProcess.run(
        directory.resolve(name + "-topics.log"),
        Map.of(),
        "topics",
        "create",
        "--partitions=1",
        "--config=" + file);
    var service =
        CliProcess.start(directory.resolve(name + ".log"), Map.of(), "serve", "--config=" + file);
    Map<String, Object> client = new HashMap<>(kafka);
    client.put("bootstrap.servers", broker.bootstrapServers());
    try (service;
        var answers = new Answers(client, registry.url(), Topics.defaults())) {
      service.awaitOutput("ready: ");
      send(client, name);
      answers.await(3);
      assertThat(answers.reconstructions())
          .extracting(each -> each.getMeasurementId().substring(name.length()))
          .containsExactly("-0", "-1", "-2");
      assertThat(service.output()).doesNotContain("secret").doesNotContain(Certificates.PASSWORD);
    }
  }

  private void send(Map<String, Object> client, String name) {
    try (var producer =
            new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
        var serializer = Serdes.of(registry.url()).serializer(Measurement.class)) {
      var topic = Topics.defaults().measurements();
      for (int i = 0; i < 3; i++) {
        var value = serializer.serialize(topic, Measurements.good(name + "-" + i));
        producer.send(new ProducerRecord<>(topic, 0, null, value));
      }
    }
  }

  /** One line, an exit code, and no secret in it. */
  private void assertRefused(SecureBroker broker, String name, Map<String, String> kafka)
      throws IOException {
    var file = settings(broker, name, kafka, REFUSAL);
    try (var process =
        CliProcess.start(
            directory.resolve(name + ".log"), Map.of(), "topics", "describe", "--config=" + file)) {
      assertThat(process.awaitExit()).isEqualTo(1);
      assertThat(process.output().lines().filter(line -> line.startsWith("deftstream: ")))
          .singleElement()
          .asString()
          .contains(broker.bootstrapServers());
      assertThat(process.output()).doesNotContain("guessed", Certificates.PASSWORD);
    }
  }

  private Path settings(
      SecureBroker broker, String name, Map<String, String> kafka, Duration connect)
      throws IOException {
    var lines =
        kafka.entrySet().stream()
            .map(each -> "kafka." + each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining("\n"));
    var file =
        Files.createFile(
            directory.resolve(name + ".properties"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(
        file,
        """
        bootstrap.servers=%s
        schema.registry.url=%s
        connect.timeout.ms=%d
        ready.timeout.ms=240000
        instance.id=%s
        state.dir=%s
        %s
        """
            .formatted(
                broker.bootstrapServers(),
                registry.url(),
                connect.toMillis(),
                name,
                directory.resolve(name + "-state"),
                lines));
  }
}
