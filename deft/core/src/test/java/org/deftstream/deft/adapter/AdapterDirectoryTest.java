package org.deftstream.deft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterDirectoryTest {
  private static final byte[] FILE = Example.file(Example.tensors());

  @TempDir Path directory;

  private Path written() {
    Path adapter = directory.resolve("adapters/tiny");
    AdapterDirectory.write(adapter, Example.manifest(FILE), FILE);
    return adapter;
  }

  @Test
  void shouldReadWhatItWroteAndLeaveNothingElse() throws IOException {
    Path adapter = written();

    var content = AdapterDirectory.read(adapter);

    assertThat(content.manifest()).isEqualTo(Example.manifest(FILE));
    assertThat(content.weightsFile()).isEqualTo(FILE);
    assertThat(content.weights().parameters()).isEqualTo(content.manifest().parameters());
    try (var files = Files.list(adapter)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(AdapterDirectory.WEIGHTS, AdapterDirectory.MANIFEST);
    }
  }

  @Test
  void shouldRefuseWeightsThatAreNotTheManifests() throws IOException {
    Path adapter = written();
    byte[] tampered = FILE.clone();
    tampered[tampered.length - 1] ^= 1;
    Files.write(adapter.resolve(AdapterDirectory.WEIGHTS), tampered);

    assertThatThrownBy(() -> AdapterDirectory.read(adapter))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(AdapterVerifier.sha256(FILE))
        .hasMessageContaining(AdapterVerifier.sha256(tampered));
    assertThatThrownBy(() -> AdapterDirectory.write(adapter, Example.manifest(FILE), tampered))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldNameTheFileThatIsMissingOrWrong() throws IOException {
    Path adapter = written();
    Files.writeString(adapter.resolve(AdapterDirectory.MANIFEST), "{}");
    assertThatThrownBy(() -> AdapterDirectory.read(adapter))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("manifest.json: manifest: field 'adapterId' is missing");

    Files.delete(adapter.resolve(AdapterDirectory.WEIGHTS));
    assertThatThrownBy(() -> AdapterDirectory.read(adapter))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("adapter.safetensors is missing");
  }
}
