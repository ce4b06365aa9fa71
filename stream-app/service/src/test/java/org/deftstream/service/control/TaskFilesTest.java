package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskFilesTest {
  @TempDir Path models;

  private void write(String file, String json) throws IOException {
    Files.createDirectories(models.resolve("tasks"));
    Files.writeString(models.resolve("tasks").resolve(file), json);
  }

  @Test
  void shouldReadTasksInTheOrderOfTheirFiles() throws IOException {
    write("b.json", Fixture.taskJson("tiny/a"));
    write("a.json", Fixture.taskJson("tiny/b"));
    write("notes.txt", "no task");

    assertThat(TaskFiles.read(models, Fixture.PRIORS))
        .extracting(Task::name)
        .containsExactly("tiny/b", "tiny/a");
  }

  @Test
  void shouldHaveNoTasksWithoutTheFolder() {
    assertThat(TaskFiles.read(models, Fixture.PRIORS)).isEmpty();
  }

  @Test
  void shouldNameTheFileThatIsWrong() throws IOException {
    write("a.json", Fixture.taskJson("tiny/a").replace("\"tiny\"", "\"tinny\""));

    assertThatThrownBy(() -> TaskFiles.read(models, Fixture.PRIORS))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.json")
        .hasMessageContaining("prior 'tinny' is not there; did you mean 'tiny'?");
  }

  @Test
  void shouldRefuseATaskThatIsDefinedTwice() throws IOException {
    write("a.json", Fixture.taskJson("tiny/a"));
    write("b.json", Fixture.taskJson("tiny/a"));

    assertThatThrownBy(() -> TaskFiles.read(models, Fixture.PRIORS))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("'tiny/a' is defined twice");
  }
}
