package org.deftstream.devstack.instruments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  /** Surefire runs in the module's directory. */
  private static final Path PAGE = Path.of("../../docs/instruments.md");

  @Test
  void shouldHaveAnInstrumentForEachDataSet() {
    assertThat(Instruments.all().stream().map(Instrument::name))
        .containsExactlyElementsOf(Catalogue.read().stream().map(DataSet::name).toList());
  }

  @Test
  void shouldSayOfEachFileWhatItIs() {
    for (var set : Catalogue.read()) {
      assertThat(set.licence()).isNotBlank();
      assertThat(set.source()).isNotBlank();
      assertThat(set.files()).isNotEmpty();
      for (var file : set.files()) {
        assertThat(file.path()).startsWith(set.name() + "/").doesNotContain("..");
        assertThat(file.sha256()).matches("[0-9a-f]{64}");
        assertThat(file.bytes()).isPositive();
        assertThat(file.origin()).isNotBlank();
      }
      assertThat(set.files()).extracting(DataFile::name).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldStandOnThePage() throws IOException {
    String page = Files.readString(PAGE);
    for (var set : Catalogue.read()) {
      assertThat(page).contains("`" + set.name() + "`").contains(set.licence()).contains(set.doi());
      for (var file : set.files()) {
        assertThat(page).contains(file.name()).contains(file.sha256()).contains(file.origin());
      }
    }
  }
}
