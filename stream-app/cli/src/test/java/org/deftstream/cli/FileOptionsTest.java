package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class FileOptionsTest {
  @TempDir private Path directory;
  private final FileReport report = new FileReport("reconstructed");

  /** What picocli fills in. */
  @Command
  private static final class Options {
    @Mixin private FileOptions files;
  }

  private Map<String, Path> named(Set<Path> auxiliary, Path... paths) {
    var options = new Options();
    var line = new CommandLine(options);
    var arguments = new String[paths.length];
    for (int i = 0; i < paths.length; i++) {
      arguments[i] = paths[i].toString();
    }
    line.parseArgs(arguments);
    return options.files.named("reconstruct", auxiliary, report);
  }

  private void refused(Set<Path> auxiliary, Path path, String why) {
    assertThatThrownBy(() -> named(auxiliary, path))
        .isInstanceOf(UserError.class)
        .message()
        .startsWith("no image in " + path + ": " + why + ": ad00, cfl, ")
        .hasLineCount(1);
  }

  @Test
  void shouldAskForFilesWhereNoneIsNamed() {
    assertThatThrownBy(() -> named(Set.of()))
        .isInstanceOf(UserError.class)
        .hasMessage("no files: name files or directories to reconstruct");
  }

  @Test
  void shouldSayWhatIsThereWhereNothingIsAnImage() throws IOException {
    Files.writeString(directory.resolve(".hidden"), "x");
    Path mask = Files.createFile(directory.resolve("mask.png"));
    String nothing =
        "there is no file but hidden ones, auxiliary inputs and headers of cfl files;"
            + " formats that are read";
    refused(Set.of(mask), directory, nothing);
    refused(Set.of(mask), mask, nothing);

    Files.writeString(directory.resolve("README.md"), "# Slices");
    refused(Set.of(mask), directory, "README.md is of no format that is read");
    Files.writeString(directory.resolve("angles.txt"), "0 1 2");
    refused(Set.of(mask), directory, "README.md and another file are of no format that is read");
    Files.writeString(directory.resolve("notes.txt"), "none");
    refused(Set.of(mask), directory, "README.md and 2 other files are of no format that is read");
  }

  @Test
  void shouldNoteWhatIsPassedOver() throws IOException {
    Files.createFile(directory.resolve("slice.png"));
    Files.writeString(directory.resolve("README.md"), "# Slices");

    assertThat(named(Set.of(), directory)).containsOnlyKeys("slice.png");

    var error = new StringWriter();
    report.finish(false, new PrintWriter(new StringWriter()), new PrintWriter(error));
    assertThat(error)
        .hasToString("note: README.md: passed over, it is of no format that is read\n");
  }
}
