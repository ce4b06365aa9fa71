package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The command on this machine, with the models that come with the program. */
class DoctorCommandIT {
  private static final String MODELS =
      Path.of("..", "..", "deft", "models").toAbsolutePath().normalize().toString();

  /** So that the answer does not depend on the heap that the tests are given. */
  private static final String[] SMALL = {
    "--set", "engine.admission.bytes=8388608", "--set", "records.max.bytes=1048576"
  };

  private record Ran(int exit, String out) {}

  private static Ran run(String... args) {
    var out = new StringWriter();
    var line = Deftstream.commandLine();
    line.setOut(new PrintWriter(out));
    int exit = line.execute(args);
    return new Ran(exit, out.toString());
  }

  @Test
  void shouldFindTheProcessorRightAndMeasureEveryShippedTask() {
    var ran =
        run(
            "doctor",
            "--models",
            MODELS,
            "--bench",
            "--batch",
            "2",
            SMALL[0],
            SMALL[1],
            SMALL[2],
            SMALL[3]);
    assertThat(ran.out())
        .containsPattern("ok +TensorFlow +2\\.\\d+")
        .containsPattern("(ok|wrong) +device +TensorFlow (cpu|gpu)")
        .containsPattern("ok +heap")
        .containsPattern("(ok|note) +convolution")
        .containsPattern("ok +prior head-ct-64 .*held to")
        .containsPattern("ok +prior fashion-32 ")
        .containsPattern("ok +operator fashion-32/sr-4 .*held to")
        .containsPattern("ok +steps fashion-32/sr-4 .*composed .*held to")
        .containsPattern("\\| head-ct-64/ct-sparse-20, diffpir \\| 64x64x1 \\| 2 \\| [0-9.]+ \\|")
        .contains("| --: |");
    assertThat(ran.exit()).as(ran.out()).isEqualTo(ran.out().contains("wrong ") ? 1 : 0);
  }

  @Test
  void shouldSayThatTheHeapIsTooSmallForTheSettings() {
    var ran =
        run(
            "doctor",
            "--models",
            MODELS,
            "--batch",
            "1",
            "--set",
            "engine.admission.bytes=" + (Runtime.getRuntime().maxMemory() + 1));
    assertThat(ran.out()).containsPattern("wrong +heap .*-Xmx");
    assertThat(ran.exit()).isEqualTo(1);
  }

  @Test
  void shouldRefuseABatchThatIsNone() {
    assertThat(run("doctor", "--models", MODELS, "--batch", "0").exit()).isEqualTo(1);
  }
}
