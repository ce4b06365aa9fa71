package org.deftstream.devstack.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path directory;

  @Test
  void shouldBeTakenByOneAtATime() {
    var path = directory.resolve("new/data");
    var first = DataDirectory.open(path);

    assertThatThrownBy(() -> DataDirectory.open(path))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("in use by another running stack");
    first.close();

    try (var second = DataDirectory.open(path)) {
      assertThat(second.resolve("inner")).isDirectory();
    }
  }

  @Test
  void shouldRefuseAFile() throws IOException {
    var file = Files.writeString(directory.resolve("file"), "x");

    assertThatThrownBy(() -> DataDirectory.open(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(file + " is not a directory");
    assertThatThrownBy(() -> DataDirectory.open(file.resolve("inner")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot write to the directory");
  }

  /** Linux's process file system refuses new files to everybody, root included. */
  @Test
  void shouldRefuseADirectoryThatCannotBeWritten() {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")));

    assertThatThrownBy(() -> DataDirectory.open(Path.of("/proc/self")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot write to the directory /proc/self");
  }
}
