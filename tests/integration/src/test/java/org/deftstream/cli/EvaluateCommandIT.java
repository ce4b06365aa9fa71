package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.tests.browser.PageLook;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command with the models and pictures that come with the program. */
class EvaluateCommandIT {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final String HOME = "deftstream.home";

  @TempDir private Path out;
  @TempDir private Path scratch;
  private String before;

  @BeforeEach
  void setHome() {
    before = System.setProperty(HOME, ROOT.toString());
  }

  @AfterEach
  void restoreHome() {
    if (before == null) {
      System.clearProperty(HOME);
    } else {
      System.setProperty(HOME, before);
    }
  }

  @Test
  void shouldCompareAllShippedTasksInASmokeTest() throws Exception {
    assertThat(run("--smoke", "--out", out.toString())).isEmpty();

    var report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
    var tasks = report.at("/plans/0/tasks");
    assertThat(tasks.findValuesAsText("task")).containsExactlyInAnyOrderElementsOf(shippedTasks());
    for (var task : tasks) {
      for (var method : task.path("methods")) {
        assertThat(method.path("missing").asInt()).isZero();
        assertThat(method.path("failed").asInt()).isZero();
        assertThat(method.at("/psnr/mean").asDouble()).isBetween(5.0, 60.0);
      }
    }
    assertThat(tasks.findValues("frechet")).isNotEmpty();
    String html = Files.readString(out.resolve("report.html"));
    Files.delete(out.resolve("report.html"));
    assertThat(run("report", "--out", out.toString())).isEmpty();
    assertThat(Files.readString(out.resolve("report.html"))).isEqualTo(html);
    PageLook.assertReadable(out.resolve("report.html"), "evaluation", scratch);
  }

  @Test
  void shouldSayInOneLineWhatIsMissing() {
    assertThat(run()).startsWith("nothing to compare: give --plan FILE");
    assertThat(run("--plan", out.resolve("x.json").toString())).startsWith("cannot read the plan");
    assertThat(run("--task", "fashion-32/inpaint")).startsWith("--images is missing");
    assertThat(run("--task", "fashion-32/inpaint", "--images", ROOT.toString(), "--method", "dpss"))
        .contains("did you mean 'dps'?");
    assertThat(run("report", "--out", out.toString())).startsWith("no results in");
  }

  private static List<String> shippedTasks() throws IOException {
    var names = new ArrayList<String>();
    try (var files = Files.list(ROOT.resolve("deft/models/tasks"))) {
      for (Path file : files.toList()) {
        names.add(new ObjectMapper().readTree(file.toFile()).path("name").asText());
      }
    }
    return names;
  }

  /** Runs the command; returns the error's one line, empty if there was none. */
  private static String run(String... arguments) {
    var message = new StringWriter();
    var command = new CommandLine(new EvaluateCommand());
    command.setExecutionExceptionHandler(
        (thrown, line, parsed) -> {
          if (!(thrown instanceof UserError)) {
            throw thrown;
          }
          message.write(thrown.getMessage());
          return 1;
        });
    command.setErr(new PrintWriter(message));
    var all = new String[arguments.length + 1];
    all[0] = "--models=" + ROOT.resolve("deft/models");
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    command.execute(arguments.length > 0 && arguments[0].equals("report") ? arguments : all);
    assertThat(message.toString().lines().count()).isLessThanOrEqualTo(1);
    return message.toString();
  }
}
