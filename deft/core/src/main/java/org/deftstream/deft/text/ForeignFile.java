package org.deftstream.deft.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Knows the files that often lie where another was meant, by their first bytes. Stateless. */
public final class ForeignFile {
  /** What a pointer file is, and how its content is fetched. */
  static final String POINTER =
      "it is a pointer of Git LFS, not the file itself; fetch that with 'git lfs pull'";

  private static final String POINTER_START = "version https://git-lfs.github.com/";

  private ForeignFile() {}

  static boolean isPointer(String text) {
    return text.startsWith(POINTER_START);
  }

  /**
   * Says what a file of weights is that is none of safetensors, or nothing.
   *
   * @param first up to 64 of its first bytes
   * @return a clause, {@code it is ...}, or an empty text
   */
  public static String weights(byte[] first) {
    String text = new String(first, StandardCharsets.ISO_8859_1);
    if (isPointer(text)) {
      return POINTER;
    } else if (text.startsWith("PK\u0003\u0004")) {
      return pickle("a zip archive, as PyTorch writes .bin and .pt");
    } else if (first.length > 1 && first[0] == (byte) 0x80 && first[1] >= 2 && first[1] <= 5) {
      return pickle("a Python pickle");
    } else if (text.startsWith("\u0089HDF")) {
      return "it is an HDF5 file";
    } else if (text.stripLeading().startsWith("<")) {
      return "it looks like a web page";
    } else if (text.stripLeading().startsWith("{")) {
      return "it looks like JSON";
    }
    boolean zero = first.length >= 8 && Arrays.equals(first, new byte[first.length]);
    return zero ? "it begins with " + first.length + " zero bytes" : "";
  }

  private static String pickle(String kind) {
    return "it is "
        + kind
        + "; such files can run code and are not read: save the weights with"
        + " safe_serialization=True";
  }
}
