package org.deftstream.messaging.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * Reads the text of a settings file, as editors save it. A byte order mark of UTF-8, which cannot
 * be seen, is passed over; another encoding is refused by name.
 */
final class SettingsFile {
  private static final int LARGEST = 1 << 20;
  private static final String MARK = "\uFEFF";

  private SettingsFile() {}

  /**
   * The file's text.
   *
   * @throws UserError if there is no such file, or it is not UTF-8 text of at most 1 MiB
   */
  static String read(Path path) {
    byte[] bytes = bytes(path);
    String other = otherEncoding(bytes);
    if (other != null) {
      throw new UserError("the settings file " + path + " is " + other + "; save it as UTF-8");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new UserError("the settings file " + path + " is not UTF-8 text; save it as UTF-8", e);
    }
    if (text.indexOf('\0') >= 0) {
      throw new UserError(
          "the settings file " + path + " holds NUL characters, so it is no text in UTF-8");
    }
    // Each of several files that were put together may have brought one.
    return text.replace(MARK, "");
  }

  private static byte[] bytes(Path path) {
    if (Files.isDirectory(path)) {
      throw new UserError("the settings file " + path + " is a directory");
    }
    try (var in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new UserError(
            "the settings file " + path + " has more than " + LARGEST + " bytes; is it another?");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new UserError("there is no settings file " + path, e);
    } catch (IOException e) {
      throw new UserError(
          "cannot read the settings file " + path + ": " + FileProblem.reason(e), e);
    }
  }

  /** Another encoding of Unicode, by its mark or by its zeros; null if there is no sign of one. */
  private static String otherEncoding(byte[] bytes) {
    if (bytes.length < 4) {
      return null;
    }
    int first = ((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF);
    int second = ((bytes[2] & 0xFF) << 8) | (bytes[3] & 0xFF);
    // A first character of ASCII has zeros beside it.
    boolean halves = first >> 8 == 0 || (first & 0xFF) == 0;
    if (first == 0 || second == 0) {
      return "UTF-32 text";
    }
    return first == 0xFFFE || first == 0xFEFF || halves ? "UTF-16 text" : null;
  }
}
