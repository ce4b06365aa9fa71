package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the registry would say (FULL_TRANSITIVE), said before anything is deployed: each schema
 * reads what every released one wrote, and the other way round.
 */
class SchemaCompatibilityTest {

  static List<Path> releases() {
    return SchemaFiles.releases();
  }

  @Test
  void shouldKnowTheReleases() {
    assertThat(releases())
        .isNotEmpty()
        .allSatisfy(r -> assertThat(SchemaFiles.read(r)).isNotEmpty());
  }

  @ParameterizedTest
  @MethodSource("releases")
  void shouldReadAndBeReadByEveryRelease(Path release) {
    Map<String, Schema> current = SchemaFiles.read(SchemaFiles.CURRENT);

    SchemaFiles.read(release)
        .forEach(
            (name, released) -> {
              assertThat(current).as("schemas that were released stay").containsKey(name);
              assertThat(incompatibilities(current.get(name), released))
                  .as("%s does not read what release %s wrote", name, release)
                  .isEmpty();
              assertThat(incompatibilities(released, current.get(name)))
                  .as("release %s of %s does not read what is written now", release, name)
                  .isEmpty();
            });
  }

  @Test
  void shouldSeeAnIncompatibility() {
    Schema without = SchemaBuilder.record("R").fields().requiredInt("a").endRecord();
    Schema with = SchemaBuilder.record("R").fields().requiredInt("a").requiredInt("b").endRecord();

    assertThat(incompatibilities(with, without)).isNotEmpty();
    assertThat(incompatibilities(without, with)).isEmpty();
  }

  private static List<Incompatibility> incompatibilities(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
        .getResult()
        .getIncompatibilities();
  }
}
