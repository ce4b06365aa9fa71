package org.deftstream.deft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterManifestTest {
  private static final AdapterManifest MANIFEST = Example.manifest(Example.file(Example.tensors()));

  @Test
  void shouldReadWhatItWrote() {
    assertThat(AdapterManifest.parse(MANIFEST.toJson())).isEqualTo(MANIFEST);
  }

  @Test
  void shouldRefuseAnUnknownFieldByName() {
    var json = (ObjectNode) Example.json(MANIFEST.toJson());
    json.put("featureClipp", 2);

    assertThatThrownBy(() -> AdapterManifest.parse(json.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'featureClipp'")
        .hasMessageContaining("did you mean 'featureClip'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "adapterId",
        "task",
        "imageShape",
        "operator",
        "operatorFingerprint",
        "network",
        "priorName",
        "priorFingerprint",
        "weightsSha256",
        "parameters",
        "featureClip"
      })
  void shouldRefuseAMissingField(String field) {
    var json = (ObjectNode) Example.json(MANIFEST.toJson());
    json.remove(field);

    assertThatThrownBy(() -> AdapterManifest.parse(json.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + field + "' is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../up", "a/b", "..", "", ".hidden", "a b", "a\nb", "c:\\x"})
  void shouldRefuseAnIdThatCouldBeAPath(String id) {
    assertThatThrownBy(() -> Example.with(MANIFEST, "adapterId", id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("adapterId must be");
  }

  @Test
  void shouldRefuseWrongValues() {
    assertRefused("weightsSha256", "AB".repeat(32), "weightsSha256 must be 64");
    assertRefused("featureClip", 0, "featureClip must be");
    assertRefused("parameters", 1.5, "parameters must be a whole number");
    assertRefused("imageShape", new int[] {4, 0, 1}, "imageShape must be");
    assertRefused("network", Map.of("_class_name", "Other"), "_class_name");
    assertRefused("golden", Map.of("seed", 1), "golden");
  }

  private static void assertRefused(String field, Object value, String reason) {
    assertThatThrownBy(() -> Example.with(MANIFEST, field, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void shouldRefuseWhatIsNotJsonOrTooLong() {
    assertThatThrownBy(() -> AdapterManifest.parse("{"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not valid JSON");
    assertThatThrownBy(() -> AdapterManifest.parse(" ".repeat(AdapterManifest.MAX_LENGTH + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 200000");
  }
}
