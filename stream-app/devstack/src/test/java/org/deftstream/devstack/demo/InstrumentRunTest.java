package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told before a broker is started. */
class InstrumentRunTest {
  @TempDir Path directory;
  private final List<String> said = new ArrayList<>();
  private Path data;

  @BeforeEach
  void makeFolder() throws IOException {
    data = Files.createDirectory(directory.resolve("data"));
  }

  @Test
  void shouldSayThatNothingIsThere() throws IOException {
    assertThatThrownBy(() -> run(List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("none of the files of htc2022, tooth")
        .hasMessageContaining(data.toString())
        .hasMessageContaining("docs/instruments.md");
    assertThat(said).hasSize(6).allMatch(line -> line.startsWith("passed over: "));
    assertThat(directory.resolve("out")).as("nothing is left behind").isEmptyDirectory();
  }

  @Test
  void shouldRefuseAFileThatIsAnother() throws IOException {
    Files.createDirectory(data.resolve("tooth"));
    Files.writeString(data.resolve("tooth/tooth.h5"), "version https://git-lfs");

    assertThatThrownBy(() -> run(List.of("tooth")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nothing to reconstruct: tooth: ")
        .hasMessageContaining("has 23 bytes, not the 1,043,312 of the published file");
  }

  @Test
  void shouldKnowTheNamesOfInstruments() {
    assertThatThrownBy(() -> run(List.of("tootj")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("did you mean 'tooth'?");
  }

  private InstrumentResult run(List<String> only) {
    return new InstrumentRun(
            new InstrumentSettings(
                data,
                only,
                directory.resolve("models"),
                directory.resolve("out"),
                Optional.empty(),
                Duration.ofMinutes(1)),
            said::add)
        .run();
  }
}
