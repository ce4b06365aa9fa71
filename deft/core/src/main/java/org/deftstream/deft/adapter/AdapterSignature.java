package org.deftstream.deft.adapter;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;

/**
 * Signatures of adapters: Ed25519 (RFC 8032) over the manifest's bytes, which hold the checksum of
 * the weights, and over that checksum once more. Stateless and thread-safe.
 */
public final class AdapterSignature {
  private static final String ALGORITHM = "Ed25519";

  /** Says what is signed, so that a signature made for something else is of no use here. */
  private static final String PURPOSE = "deftstream adapter 1\n";

  private AdapterSignature() {}

  /**
   * Signs an adapter.
   *
   * @param key an Ed25519 key
   * @param manifest the manifest as it is published, to the letter
   * @param weightsSha256 SHA-256 of the weights file
   * @return the signature in Base64
   * @throws IllegalArgumentException if the key is of another kind
   */
  public static String sign(PrivateKey key, String manifest, String weightsSha256) {
    try {
      var signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(message(manifest, weightsSha256));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot sign: " + e.getMessage(), e);
    }
  }

  /** Whether a signature in Base64 was made of this adapter with the key's other half. */
  public static boolean verify(
      PublicKey key, String manifest, String weightsSha256, String signature) {
    try {
      var verifier = Signature.getInstance(ALGORITHM);
      verifier.initVerify(key);
      verifier.update(message(manifest, weightsSha256));
      return verifier.verify(Base64.getDecoder().decode(signature));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Not Base64, not 64 bytes, no point of the curve: whatever it is, it is not a signature.
      return false;
    }
  }

  private static byte[] message(String manifest, String weightsSha256) {
    return (PURPOSE + weightsSha256 + "\n" + manifest).getBytes(StandardCharsets.UTF_8);
  }
}
