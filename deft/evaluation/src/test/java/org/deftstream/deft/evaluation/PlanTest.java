package org.deftstream.deft.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlanTest {
  private static final String PLAN =
      """
      {"name": "small", "batch": 4, "sources": {"pictures": "a.zip"}, "tasks": [
        {"task": "fashion-32/inpaint", "images": {"source": "pictures", "range": "0:8", "limit": 4},
         "calibration": {"range": "8:16"}, "seeds": [1, 2], "reference": "mine",
         "methods": [
           {"method": "pseudo-inverse"},
           {"label": "mine", "method": "diffpir", "parameters": {"lambda": 2},
            "sampler": {"steps": 5, "noiseLevel": 1}, "restarts": 3}]}]}
      """;

  @Test
  void shouldReadWhatItWrites() {
    var plan = Plan.parse(PLAN);

    assertThat(Plan.parse(plan.toJson().toString())).isEqualTo(plan);
    var task = plan.tasks().get(0);
    assertThat(task.seeds()).containsExactly(1L, 2L);
    assertThat(task.methods().get(0).label()).isEqualTo("pseudo-inverse");
    assertThat(task.methods().get(1).restarts()).isEqualTo(3);
    assertThat(task.images().describe()).isEqualTo("4 of 0:8");
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void shouldSayInOneLineWhatIsWrong(String right, String wrong, String message) {
    String changed = PLAN.replace(right, wrong);
    assertThat(changed).isNotEqualTo(PLAN);

    assertThatThrownBy(() -> Plan.parse(changed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        arguments("\"batch\"", "\"bacth\"", "unknown field 'bacth'; did you mean 'batch'?"),
        arguments(
            "\"restarts\"", "\"restart\"", "unknown field 'restart'; did you mean 'restarts'?"),
        arguments("\"limit\"", "\"limits\"", "unknown field 'limits'; did you mean 'limit'?"),
        arguments("\"seeds\"", "\"seed\"", "unknown field 'seed'; did you mean 'seeds'?"),
        arguments("\"diffpir\"", "\"difpir\"", "'difpir' is not known; did you mean 'diffpir'?"),
        arguments("\"0:8\"", "\"8\"", "range is '8'; FROM:TO is right"),
        arguments("\"reference\": \"mine\"", "\"reference\": \"m\"", "'m' is no method's label"),
        arguments("\"label\": \"mine\"", "\"label\": \"pseudo-inverse\"", "two methods are called"),
        arguments(
            "\"source\": \"pictures\"", "\"source\": \"picture\"", "did you mean 'pictures'?"),
        arguments("\"restarts\": 3", "\"restarts\": 0", "a whole number in [1, 1000], got 0"),
        arguments("[1, 2]", "[\"one\"]", "seeds must be whole numbers"),
        arguments("\"small\"", "\"a/b\"", "name 'a/b' must be letters"),
        arguments("\"batch\": 4,", "\"batch\": 4", "plan: not valid JSON"));
  }

  @Test
  void shouldMakeAMethodOfEveryCombinationOfValues() {
    var plan =
        Plan.parse(
            PLAN.replace("{\"lambda\": 2}", "{\"lambda\": [0.5, 2]}")
                .replace("{\"steps\": 5,", "{\"steps\": [5, 20],")
                .replace("\"reference\": \"mine\",", ""));

    var methods = plan.tasks().get(0).methods();
    assertThat(methods)
        .extracting(PlannedMethod::label)
        .containsExactly(
            "pseudo-inverse",
            "mine lambda=0.5 steps=5",
            "mine lambda=0.5 steps=20",
            "mine lambda=2 steps=5",
            "mine lambda=2 steps=20");
    assertThat(methods.get(2).parameters()).containsEntry("lambda", 0.5);
    assertThat(methods.get(2).sampler().orElseThrow().steps()).isEqualTo(20);
    assertThat(methods.get(2).restarts()).isEqualTo(3);
    assertThat(Plan.parse(plan.toJson().toString())).isEqualTo(plan);
    assertThatThrownBy(() -> Plan.parse(PLAN.replace("{\"lambda\": 2}", "{\"lambda\": []}")))
        .hasMessageContaining("parameters: lambda must be an array that is not empty");
  }

  @Test
  void shouldFindAdaptersInItsSources() {
    var plan =
        Plan.parse(
            PLAN.replace("\"pictures\": \"a.zip\"", "\"pictures\": \"a.zip\", \"own\": \"runs\"")
                .replace(
                    "{\"method\": \"pseudo-inverse\"}",
                    "{\"method\": \"adapter\", \"adapter\": \"own:few/adapter\"}"));

    assertThat(plan.place("own:few/adapter")).isEqualTo("runs/few/adapter");
    assertThat(plan.withSources(Map.of("own", "/there")).place("own:few/adapter"))
        .isEqualTo("/there/few/adapter");
    assertThat(plan.place("models/adapters/a")).isEqualTo("models/adapters/a");
    assertThatThrownBy(
            () ->
                Plan.parse(
                    PLAN.replace(
                        "{\"method\": \"pseudo-inverse\"}",
                        "{\"method\": \"adapter\", \"adapter\": \"picture:few\"}")))
        .hasMessageContaining(
            "'picture' is not among the plan's sources; did you mean 'pictures'?");
  }

  @Test
  void shouldTakeOtherPlacesForItsImagesButNoUnknownOnes() {
    var plan = Plan.parse(PLAN);

    assertThat(plan.withSources(Map.of("pictures", "b.zip")).sources())
        .containsEntry("pictures", "b.zip");
    assertThatThrownBy(() -> plan.withSources(Map.of("picture", "b.zip")))
        .hasMessageContaining("did you mean 'pictures'?");
  }

  @Test
  void shouldUnderstandEveryPlanOfTheRepository() throws IOException {
    try (var files = Files.list(Path.of("..", "models", "benchmarks"))) {
      var plans = files.toList();
      assertThat(plans).isNotEmpty();
      for (var file : plans) {
        var plan = Plan.parse(Files.readString(file));
        assertThat(plan.name()).isEqualTo(file.getFileName().toString().replace(".json", ""));
      }
    }
  }
}
