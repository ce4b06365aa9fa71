package org.deftstream.trainer.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
  @TempDir Path directory;

  @Test
  void shouldLetOneAtATimeHaveADirectory() {
    var path = directory.resolve("new/trainer");
    try (var first = DirectoryLock.take("trainer.dir", path)) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> DirectoryLock.take("trainer.dir", path))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("trainer.dir=" + path + " is in use by another process");
    }
    DirectoryLock.take("trainer.dir", path).close();
  }

  @Test
  void shouldNameTheSettingOfAPathThatIsNoDirectory() throws Exception {
    var file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> DirectoryLock.take("trainer.dir", file))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("trainer.dir=" + file + " cannot be used");
  }
}
