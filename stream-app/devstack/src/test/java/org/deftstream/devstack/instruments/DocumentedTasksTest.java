package org.deftstream.devstack.instruments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.task.Task;
import org.junit.jupiter.api.Test;

/** The tasks that docs/instruments.md shows are read, and its commands name them. */
class DocumentedTasksTest {
  private static final Pattern BLOCK = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

  @Test
  void shouldBeReadAsTheyStand() throws IOException {
    String page = Files.readString(Path.of("../../docs/instruments.md"));
    var blocks = BLOCK.matcher(page).results().map(block -> block.group(1)).toList();

    assertThat(blocks).hasSizeGreaterThanOrEqualTo(5);
    for (var json : blocks) {
      var task = Task.parse(json, prior -> new ImageShape(64, 64, prior.equals("brain") ? 2 : 1));
      assertThat(page)
          .contains("./deftstream tasks show " + task.name() + " --models my-models")
          .contains("--task " + task.name());
    }
  }
}
