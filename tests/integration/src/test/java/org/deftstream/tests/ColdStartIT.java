package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;
import org.deftstream.tests.trainer.PublishedAdapters;
import org.deftstream.tests.trainer.SentPairs;
import org.deftstream.tests.trainer.SmallTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A task that nobody has a pair of: its definition is written to the control topic, and after a
 * while an adapter serves it that learned from samples of the prior and passed the gate. When pairs
 * come, what learns from them is judged against it.
 */
class ColdStartIT {
  private static final String TASK = "unit/cold";
  private static final String DEFINITION = SmallTraining.definition(TASK);
  private static final int SAMPLES = 32;
  private static final int PAIRS = 40;

  @TempDir private Path directory;

  private Map<String, String> settings(Platform platform, Installation installation)
      throws IOException {
    var settings = SmallTraining.settings(platform, installation, directory, PAIRS);
    settings.put("trainer.cold.start", "prior");
    settings.put("trainer.cold.start.samples", Integer.toString(SAMPLES));
    return settings;
  }

  private Path refresh(int number) {
    return directory.resolve("trainer/unit-cold/refresh-000" + number);
  }

  private static Measurement measurement(String id) {
    return Measurement.newBuilder(Measurements.good(id)).setTask(TASK).build();
  }

  @Test
  void shouldServeAnAdapterOfATaskThatNobodyHasAPairOf() throws Exception {
    try (var platform = EmbeddedPlatform.start(directory);
        var installation = new Installation(platform, "cold", 1);
        var pairs = new SentPairs(platform, installation.topics(), TASK, DEFINITION);
        var answers = installation.answers();
        var service = installation.serve("cold-1")) {
      var published = new PublishedAdapters(platform, installation.topics());
      assertThat(service.output()).contains("ready: ");
      try (var trainer =
          CliProcess.start(
              directory.resolve("trainer.log"),
              settings(platform, installation),
              "train",
              "--serve")) {
        trainer.awaitOutput("ready: ");

        published.change(
            TASK, state -> ControlChanges.trainingFree(ControlChanges.define(state, DEFINITION)));
        await(
            () -> "serve an adapter but: " + trainer.output(),
            () ->
                published
                    .stable(TASK)
                    .filter(id -> published.reported(TASK, AdapterState.SERVING, id))
                    .isPresent());

        var adapter = published.stable(TASK).orElseThrow();
        assertThat(adapter).startsWith("unit-cold-r0001-");
        await(() -> "end the refresh", () -> Files.exists(refresh(1).resolve("index.html")));
        assertThat(json(1, "refresh.json").path("reason").asText())
            .isEqualTo("no adapter and no pair is there, but a prior");
        assertThat(json(1, "result.json").path("end").asText()).isEqualTo("PUBLISHED");
        var manifest = json(1, "candidate/manifest.json");
        assertThat(manifest.at("/training/pairs").asText()).isEqualTo("samples of the prior");
        assertThat(manifest.at("/training/images").asInt()).isLessThan(SAMPLES);
        assertThat(manifest.at("/validation/truths").asText()).isEqualTo("samples of the prior");
        assertThat(manifest.at("/validation/against/0/name").asText()).isEqualTo("diffpir");
        installation.send(measurement("m-1"));
        installation.assertAnsweredOnce(answers);
        assertThat(answers.reconstructions().get(0).getProvenance().getAdapterId())
            .isEqualTo(adapter);

        pairs.sendGood(PAIRS);
        await(
            () -> "learn from pairs but: " + trainer.output(),
            () -> Files.exists(refresh(2).resolve("result.json")));
        assertThat(json(2, "refresh.json").path("serving").asText()).isEqualTo(adapter);
        assertThat(json(2, "candidate/manifest.json").at("/training/pairs").asText())
            .isEqualTo("labelled pairs");
        assertThat(refresh(3)).as("begins without a pair but once").doesNotExist();
      }
    }
  }

  private static void await(Supplier<String> what, Callable<Boolean> done) {
    Deadline.await(Platform.PATIENCE, what, done);
  }

  private JsonNode json(int number, String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(refresh(number).resolve(file)));
  }
}
