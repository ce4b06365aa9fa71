package org.deftstream.messaging.control;

import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.adapter.AdapterSignature;
import org.deftstream.deft.adapter.SigningKeys;
import org.deftstream.schemas.avro.AdapterRef;

/**
 * The public keys whose signatures are accepted. With none, adapters need no signature. Immutable
 * and thread-safe.
 */
public final class TrustedKeys {
  /** No keys: signatures are not looked at. */
  public static final TrustedKeys NONE = new TrustedKeys(List.of());

  private final List<PublicKey> keys;

  private TrustedKeys(List<PublicKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /** These keys. */
  public static TrustedKeys of(List<PublicKey> keys) {
    return new TrustedKeys(keys);
  }

  /**
   * The keys in these files.
   *
   * @param files PEM files with an Ed25519 public key each
   * @throws org.deftstream.deft.UserError one line, if a file is none
   */
  public static TrustedKeys read(List<Path> files) {
    return new TrustedKeys(files.stream().map(SigningKeys::readPublic).toList());
  }

  /**
   * Checks the signature of an adapter.
   *
   * @throws AdapterRefusedException if a signature is needed and missing, or made with another key
   */
  public void verify(AdapterRef ref) {
    if (keys.isEmpty()) {
      return;
    }
    String signature = ref.getSignature();
    if (signature == null) {
      throw new AdapterRefusedException(
          "adapter "
              + ref.getAdapterId()
              + " is not signed; this instance accepts adapters signed with one of "
              + keys.size()
              + " keys (adapters push --sign-key)");
    }
    if (keys.stream()
        .noneMatch(
            key ->
                AdapterSignature.verify(
                    key, ref.getManifest(), ref.getWeightsSha256(), signature))) {
      throw new AdapterRefusedException(
          "the signature of adapter "
              + ref.getAdapterId()
              + " was made with none of the "
              + keys.size()
              + " keys that this instance accepts, or of another manifest");
    }
  }
}
