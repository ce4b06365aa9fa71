package org.deftstream.trainer.pairs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Decides once and for all, by a hash, whether a pair trains or validates. The same pair goes the
 * same way in every refresh and after every restart. Immutable.
 *
 * @param validationShare share of the families that validate, in (0, 1)
 */
public record TrainValidationSplit(double validationShare) {
  private static final double TWO_TO_53 = 0x1p53;

  public TrainValidationSplit {
    if (!(validationShare > 0 && validationShare < 1)) {
      throw new IllegalArgumentException(
          "the share of validation must be between 0 and 1, got " + validationShare);
    }
  }

  /** Whether a family (a series, or a pair without one) validates. */
  public boolean validates(String family) {
    return (hash("split:" + family) >>> 11) / TWO_TO_53 < validationShare;
  }

  /** The first 64 bits of a text's SHA-256: the same on every machine. */
  static long hash(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
