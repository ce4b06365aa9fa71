package org.deftstream.messaging.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.adapter.AdapterSignature;
import org.deftstream.deft.adapter.SigningKeys;
import org.deftstream.schemas.avro.AdapterRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedKeysTest {
  private static final String MANIFEST = "{\"adapterId\": \"a-1\"}";
  private static final String SHA256 = "ab".repeat(32);

  @TempDir Path directory;
  private TrustedKeys keys;

  @BeforeEach
  void makeKeys() {
    SigningKeys.generate(file("one"), file("one.pub"));
    SigningKeys.generate(file("two"), file("two.pub"));
    SigningKeys.generate(file("other"), file("other.pub"));
    keys = TrustedKeys.read(List.of(file("one.pub"), file("two.pub")));
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private String signature(String key) {
    return AdapterSignature.sign(SigningKeys.readPrivate(file(key)), MANIFEST, SHA256);
  }

  private static AdapterRef ref(String manifest, String sha256, String signature) {
    return new AdapterRef("a-1", manifest, sha256, 1L, 1, signature);
  }

  @Test
  void shouldAcceptAnyOfItsKeys() {
    assertThatCode(() -> keys.verify(ref(MANIFEST, SHA256, signature("one"))))
        .doesNotThrowAnyException();
    assertThatCode(() -> keys.verify(ref(MANIFEST, SHA256, signature("two"))))
        .doesNotThrowAnyException();
    assertThatCode(() -> TrustedKeys.NONE.verify(ref(MANIFEST, SHA256, null)))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldRefuseWhatIsNotSignedWithThem() {
    assertRefused(ref(MANIFEST, SHA256, null), "is not signed");
    assertRefused(ref(MANIFEST, SHA256, signature("other")), "none of the 2 keys");
    assertRefused(ref(MANIFEST + " ", SHA256, signature("one")), "none of the 2 keys");
    assertRefused(ref(MANIFEST, "cd".repeat(32), signature("one")), "none of the 2 keys");
    assertRefused(ref(MANIFEST, SHA256, "not base64!"), "none of the 2 keys");
    assertRefused(ref(MANIFEST, SHA256, ""), "none of the 2 keys");
  }

  private void assertRefused(AdapterRef ref, String reason) {
    assertThatThrownBy(() -> keys.verify(ref))
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageContaining("a-1")
        .hasMessageContaining(reason);
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() throws Exception {
    assertThatThrownBy(() -> SigningKeys.generate(file("one"), file("new.pub")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("keys are not replaced");
    assertThatThrownBy(() -> TrustedKeys.read(List.of(file("one"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("not a PEM file with a PUBLIC KEY");
    Files.writeString(file("text"), "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----");
    assertThatThrownBy(() -> TrustedKeys.read(List.of(file("text"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no Ed25519 PUBLIC KEY");
    assertThat(Files.getPosixFilePermissions(file("one"))).hasSize(2);
  }
}
