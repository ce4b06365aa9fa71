package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.deftstream.devstack.stack.EmbeddedStack;
import org.deftstream.devstack.stack.StackSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code deftstream topics create | describe | delete} against a real broker and registry. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TopicsCommandIT {
  @TempDir static Path directory;
  private static EmbeddedStack stack;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() {
    stack =
        EmbeddedStack.start(
            new StackSettings(directory.resolve("stack"), 0, 0, Duration.ofMinutes(4)));
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  @Test
  void shouldCreateDescribeAndDelete() throws Exception {
    assertThat(topics("create", "--partitions=3")).isZero();
    assertThat(out.toString())
        .containsPattern("measurements +created +3 partitions +schema \\d+")
        .containsPattern("adapters +created +1 partition +schema \\d+")
        .containsPattern("measurements.dlq +created +3 partitions +no schema")
        .contains("cleanup.policy=delete max.message.bytes=16777216 retention.ms=604800000")
        .contains("cleanup.policy=compact")
        .doesNotContain("differs");

    assertThat(topics("describe")).isZero();
    assertThat(out.toString()).contains("present").doesNotContain("created");

    assertThat(topics("create")).isZero();
    assertThat(out.toString()).containsPattern("measurements +present +3 partitions");
    assertThat(topics("create", "--partitions=5")).isZero();
    assertThat(out.toString())
        .contains("grown: measurements had 3", "grown: measurements.probe had 3")
        .containsPattern("measurements +present +5 partitions")
        .containsPattern("measurements.probe +present +5 partitions")
        .containsPattern("measurements.dlq +present +5 partitions")
        .containsPattern("reconstructions +present +5 partitions")
        .containsPattern("labelled-pairs +present +3 partitions")
        .containsPattern("adapters +present +1 partition ");
    assertThat(topics("create", "--partitions=2")).isZero();
    assertThat(out.toString()).containsPattern("measurements +present +5 partitions");

    try (var admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("deftstream-ledger-changelog", 1, (short) 1),
                  new NewTopic("somebody-elses", 1, (short) 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    try (var member = member()) {
      assertThat(topics("delete", "--yes")).isEqualTo(1);
      assertThat(err.toString())
          .contains("the service deftstream is running (members of its group: 1)");
    }

    assertThat(topics("delete", "--schemas")).isEqualTo(1);
    assertThat(err.toString()).contains("nothing was deleted", "topics delete --yes");
    assertThat(topics("describe")).isZero();

    assertThat(topics("delete", "--schemas", "--yes")).isZero();
    assertThat(out.toString())
        .contains("topic           measurements\n", "topic           deftstream-ledger-changelog\n")
        .contains("consumer group  deftstream\n", "subject         measurements-value\n")
        .doesNotContain("somebody-elses");
    assertThat(topics("describe")).isEqualTo(1);
    assertThat(err.toString()).contains("deftstream topics create");
    assertThat(topics("delete", "--schemas", "--yes")).isZero();
    assertThat(out.toString()).isEqualTo("there is nothing to delete\n");

    assertThat(topics("create")).isZero();
    assertThat(out.toString()).containsPattern("measurements +created +4 partitions +schema \\d+");
  }

  /** Whatever rule the registry had until now. */
  @Test
  void shouldRefuseASubjectThatDoesNotFit() throws Exception {
    try (var registry = new CachedSchemaRegistryClient(stack.registryUrl(), 10)) {
      var other = SchemaBuilder.record("Other").fields().requiredInt("number").endRecord();
      registry.register("other.measurements-value", new AvroSchema(other));
      registry.updateCompatibility("other.measurements-value", "NONE");

      assertThat(topics("create", "--set=topic.measurements=other.measurements")).isEqualTo(1);
      assertThat(err.toString()).contains("refused to register other.measurements-value");
      assertThat(registry.getAllVersions("other.measurements-value")).hasSize(1);
    }
  }

  private static KafkaConsumer<byte[], byte[]> member() {
    var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                "bootstrap.servers", stack.bootstrapServers(), "group.id", "deftstream"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.subscribe(List.of("measurements"));
    while (consumer.assignment().isEmpty()) {
      consumer.poll(Duration.ofMillis(100));
    }
    consumer.commitSync();
    return consumer;
  }

  private int topics(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    List<String> line = new ArrayList<>(List.of("topics"));
    line.addAll(List.of(arguments));
    line.add("--set=bootstrap.servers=" + stack.bootstrapServers());
    line.add("--set=schema.registry.url=" + stack.registryUrl());
    line.add("--set=connect.timeout.ms=60000");
    return Deftstream.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(line.toArray(String[]::new));
  }
}
