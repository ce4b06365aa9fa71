package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.confluent.kafka.schemaregistry.CompatibilityLevel;
import io.confluent.kafka.schemaregistry.ParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.SimpleParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The registry's own judgement, in the build: what it would refuse under FULL_TRANSITIVE with all
 * releases registered fails here, before anything is deployed.
 */
class ReleasedSchemasTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MEASUREMENT = "org.deftstream.schemas.avro.Measurement";

  static Stream<String> names() {
    return SchemaFiles.read(SchemaFiles.CURRENT).keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldBeAcceptedByARegistryThatHasAllReleases(String name) {
    var current = SchemaFiles.read(SchemaFiles.CURRENT).get(name);
    assertThat(complaints(current, releasesOf(name))).isEmpty();
  }

  static Stream<Arguments> wrongChanges() {
    return Stream.of(
        change(
            "a new field without a default",
            m -> fields(m).addObject().put("name", "dose").put("type", "double")),
        change("a field without a default is gone", m -> fields(m).remove(index(m, "task"))),
        change("a renamed field", m -> field(m, "values").put("name", "data")),
        change("another type", m -> field(m, "id").put("type", "long")),
        change("a renamed record", m -> m.put("name", "Record")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongChanges")
  void shouldRefuse(String what, Consumer<ObjectNode> change) throws IOException {
    assertThat(complaints(changed(change), releasesOf(MEASUREMENT))).as(what).isNotEmpty();
  }

  @Test
  void shouldAcceptANewFieldWithADefault() throws IOException {
    var changed =
        changed(
            m ->
                fields(m)
                    .addObject()
                    .put("name", "dose")
                    .put("type", "double")
                    .put("default", 0.0));
    assertThat(complaints(changed, releasesOf(MEASUREMENT))).isEmpty();
  }

  /** A release that is changed afterwards makes every comparison with it worthless. */
  @Test
  void shouldNeverChangeARelease() throws IOException, NoSuchAlgorithmException {
    for (var release : SchemaFiles.releases()) {
      Map<String, String> found = new TreeMap<>();
      try (var files = Files.list(release)) {
        for (var file : files.filter(each -> each.toString().endsWith(".avsc")).toList()) {
          var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
          found.put(file.getFileName().toString(), HexFormat.of().formatHex(digest));
        }
      }
      Map<String, String> written = new TreeMap<>();
      for (var line : Files.readAllLines(release.resolve("SHA256SUMS"))) {
        written.put(line.substring(66), line.substring(0, 64));
      }
      assertThat(found).as("files of release %s", release).isEqualTo(written);
    }
  }

  private static Arguments change(String what, Consumer<ObjectNode> change) {
    return Arguments.of(what, change);
  }

  private static List<String> complaints(Schema schema, List<Schema> before) {
    List<ParsedSchemaHolder> holders = new ArrayList<>();
    before.forEach(each -> holders.add(new SimpleParsedSchemaHolder(new AvroSchema(each))));
    return new AvroSchema(schema).isCompatible(CompatibilityLevel.FULL_TRANSITIVE, holders);
  }

  private static List<Schema> releasesOf(String name) {
    List<Schema> schemas = new ArrayList<>();
    for (Path release : SchemaFiles.releases()) {
      var schema = SchemaFiles.read(release).get(name);
      if (schema != null) {
        schemas.add(schema);
      }
    }
    return schemas;
  }

  private static Schema changed(Consumer<ObjectNode> change) throws IOException {
    var current = SchemaFiles.read(SchemaFiles.CURRENT).get(MEASUREMENT);
    var json = (ObjectNode) JSON.readTree(current.toString());
    change.accept(json);
    return new Schema.Parser().parse(json.toString());
  }

  private static ArrayNode fields(ObjectNode record) {
    return (ArrayNode) record.get("fields");
  }

  private static int index(ObjectNode record, String name) {
    var fields = fields(record);
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).get("name").asText().equals(name)) {
        return i;
      }
    }
    throw new AssertionError("no field " + name);
  }

  private static ObjectNode field(ObjectNode record, String name) {
    return (ObjectNode) fields(record).get(index(record, name));
  }
}
