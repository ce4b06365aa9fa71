package org.deftstream.devstack.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryHomeTest {
  @TempDir Path directory;

  @Test
  void shouldFindWhatTheBuildUnpacked() {
    assertThat(RegistryHome.runnerJar()).isRegularFile();
  }

  @Test
  void shouldSayWhereItLookedAndWhatToDo() {
    var nowhere = directory.resolve("nowhere");

    assertThatThrownBy(() -> RegistryHome.runnerJar(List.of(nowhere, directory)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(nowhere.toString())
        .hasMessageContaining("build the project with Maven")
        .hasMessageContaining(RegistryHome.PROPERTY);
  }

  @Test
  void shouldTakeTheFirstPlaceThatHasIt() throws IOException {
    var jar = directory.resolve("apicurio-registry-app-9-runner.jar");
    Files.createFile(jar);

    assertThat(RegistryHome.runnerJar(List.of(directory.resolve("nowhere"), directory)))
        .isEqualTo(jar);
  }
}
