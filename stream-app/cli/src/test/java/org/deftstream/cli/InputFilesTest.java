package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFilesTest {
  @TempDir private Path directory;
  private final List<String> passedOver = new ArrayList<>();

  @BeforeEach
  void fill() throws IOException {
    Files.createDirectories(directory.resolve("series"));
    Files.writeString(directory.resolve("README.md"), "# Slices");
    Files.writeString(directory.resolve("COPYING"), "Free.");
    Files.writeString(directory.resolve("empty"), "");
    Files.writeString(directory.resolve("cut.png"), "");
    Files.writeString(directory.resolve(".hidden"), "x");
    Files.writeString(directory.resolve("kspace.hdr"), "# Dimensions\n4 4");
    Files.writeString(directory.resolve("kspace.cfl"), "");
    var dicom = new byte[600];
    System.arraycopy("DICM".getBytes(StandardCharsets.US_ASCII), 0, dicom, 128, 4);
    Files.write(directory.resolve("series").resolve("IM0001"), dicom);
  }

  private Set<String> names(Path... paths) {
    return InputFiles.named(List.of(paths), Set.of(), passedOver::add).keySet();
  }

  @Test
  void shouldPassOverWhatADirectoryHoldsBesideImagesAndTell() {
    assertThat(names(directory))
        .containsExactlyInAnyOrder("cut.png", "kspace.cfl", "series/IM0001");
    assertThat(passedOver).containsExactly("COPYING", "README.md", "empty");
  }

  @Test
  void shouldTakeEveryFileThatIsNamed() {
    assertThat(names(directory.resolve("README.md"), directory.resolve("empty")))
        .containsExactly("README.md", "empty");
    assertThat(passedOver).isEmpty();
  }
}
