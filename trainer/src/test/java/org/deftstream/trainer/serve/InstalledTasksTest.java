package org.deftstream.trainer.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.trainer.models.ModelFiles;
import org.junit.jupiter.api.Test;

class InstalledTasksTest {
  private static final String SHIPPED = "fashion-32/inpaint";
  private static final String OWN = "unit/holes";

  private final Map<String, AdapterControl> control = new HashMap<>();
  private int readings;

  private static String definition(String name, double sigma) {
    return """
        {"name": "%s", "prior": "fashion-32",
         "operator": {"kind": "inpainting",
           "mask": {"type": "free-form", "leastHidden": 0.3, "mostHidden": 0.6},
           "noise": {"type": "gaussian", "sigma": %s}},
         "trainingFree": {"method": "diffpir", "parameters": {"lambda": 1},
           "sampler": {"steps": 3, "noiseLevel": 1}},
         "learned": {"sampler": {"steps": 3, "noiseLevel": 1}}}
        """
        .formatted(name, sigma);
  }

  private void define(String name, String definition) {
    control.put(name, ControlChanges.define(ControlChanges.initial(name), definition));
  }

  private InstalledTasks tasks(Duration again) {
    return new InstalledTasks(
        new ModelFiles(Path.of("..", "deft", "models")),
        () -> {
          readings++;
          return control;
        },
        again);
  }

  private static double sigma(InstalledTasks tasks, String name) {
    return tasks.find(name).orElseThrow().operator().spec().at("/noise/sigma").asDouble();
  }

  @Test
  void shouldFindTasksOfFilesAndOfControlRecords() {
    define(OWN, definition(OWN, 0.05));
    var tasks = tasks(Duration.ZERO);
    assertThat(sigma(tasks, SHIPPED)).isEqualTo(0.02);
    assertThat(sigma(tasks, OWN)).isEqualTo(0.05);
    assertThat(tasks.find("unit/hole")).isEmpty();
    assertThat(tasks.find("../secret")).isEmpty();
    assertThat(tasks.renew()).isEmpty();
  }

  @Test
  void shouldNameATaskOnceThatWasRedefined() {
    define(OWN, definition(OWN, 0.05));
    var tasks = tasks(Duration.ZERO);
    assertThat(sigma(tasks, OWN)).isEqualTo(0.05);
    define(OWN, definition(OWN, 0.1));
    assertThat(tasks.renew()).containsExactly(OWN);
    assertThat(sigma(tasks, OWN)).isEqualTo(0.1);
    assertThat(tasks.renew()).isEmpty();
  }

  @Test
  void shouldGoBackToTheFileWhenADefinitionIsTakenBack() {
    var tasks = tasks(Duration.ZERO);
    assertThat(sigma(tasks, SHIPPED)).isEqualTo(0.02);
    define(SHIPPED, definition(SHIPPED, 0.1));
    assertThat(tasks.renew()).containsExactly(SHIPPED);
    assertThat(sigma(tasks, SHIPPED)).isEqualTo(0.1);
    control.put(SHIPPED, ControlChanges.initial(SHIPPED));
    assertThat(tasks.renew()).containsExactly(SHIPPED);
    assertThat(sigma(tasks, SHIPPED)).isEqualTo(0.02);
  }

  @Test
  void shouldForgetATaskThatIsRetired() {
    define(OWN, definition(OWN, 0.05));
    var tasks = tasks(Duration.ZERO);
    assertThat(tasks.find(OWN)).isPresent();
    control.clear();
    assertThat(tasks.renew()).containsExactly(OWN);
    assertThat(tasks.find(OWN)).isEmpty();
  }

  @Test
  void shouldPassOverADefinitionThatIsWrong() {
    define(OWN, definition(OWN, 0.05));
    var tasks = tasks(Duration.ZERO);
    assertThat(tasks.find(OWN)).isPresent();
    define(OWN, definition("unit/other", 0.1));
    assertThat(tasks.renew()).isEmpty();
    define(OWN, "{");
    assertThat(tasks.renew()).isEmpty();
    assertThat(sigma(tasks, OWN)).isEqualTo(0.05);
  }

  @Test
  void shouldKnowWhichDefinedTasksNeverHadAnAdapter() {
    define(OWN, definition(OWN, 0.05));
    define("unit/other", "{");
    control.put(SHIPPED, ControlChanges.initial(SHIPPED));
    var tasks = tasks(Duration.ZERO);
    assertThat(tasks.withoutAdapter()).as("nothing was read").isEmpty();
    tasks.renew();
    assertThat(tasks.withoutAdapter()).containsExactly(OWN);
    control.put(
        OWN,
        ControlChanges.activate(
            ControlChanges.offer(
                control.get(OWN), new AdapterRef("one", "{}", "sha-of-one", 3L, 1, null)),
            "one"));
    tasks.renew();
    assertThat(tasks.withoutAdapter()).isEmpty();
  }

  @Test
  void shouldLookNoOftenerThanItMay() {
    var tasks = tasks(Duration.ofHours(1));
    for (int i = 0; i < 3; i++) {
      assertThat(tasks.renew()).isEmpty();
      assertThat(tasks.find("unit/unknown")).isEmpty();
    }
    assertThat(readings).isEqualTo(1);
  }
}
