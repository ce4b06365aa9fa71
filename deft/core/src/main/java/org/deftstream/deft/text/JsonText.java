package org.deftstream.deft.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deftstream.deft.UserError;

/**
 * JSON that people and other programs wrote: one value, no field twice, nothing behind it. What is
 * wrong is said in one line with its place, in words that need no knowledge of the parser.
 * Stateless and thread-safe.
 */
public final class JsonText {
  /** Longest file that is read, in bytes: descriptions are small, and a mistaken file is not. */
  private static final long MAX_BYTES = 4 << 20;

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();
  // Python writes NaN and Infinity as bare words; whoever asks for such a field refuses it by name.
  private static final JsonMapper PYTHON =
      STRICT.rebuild().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final Pattern DUPLICATE = Pattern.compile("Duplicate field '(.*)'");
  private static final Pattern NOT_A_NUMBER = Pattern.compile("Non-standard token '(.*?)'");

  private JsonText() {}

  /**
   * Parses the text of one value.
   *
   * @param where what the text is, as messages name it
   * @throws IllegalArgumentException one line: {@code manifest: not valid JSON: ... (line 2, column
   *     7)}
   */
  public static JsonNode parse(String text, String where) {
    try {
      return parse(STRICT, withoutMark(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a file that holds one object, as Python's {@code json} writes it: numbers may be {@code
   * NaN} or {@code Infinity}.
   *
   * @throws UserError one line that names the file
   */
  public static ObjectNode readObject(Path file) {
    String text = text(file);
    try {
      if (parse(PYTHON, text) instanceof ObjectNode object) {
        return object;
      }
    } catch (IllegalArgumentException e) {
      throw new UserError(file + " is " + e.getMessage(), e);
    }
    throw new UserError(file + " must hold a JSON object, { ... }, not " + shortened(text));
  }

  private static String text(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new UserError(
            file + " has " + size + " bytes; a JSON file of at most " + MAX_BYTES + " is read");
      }
      return withoutMark(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + FileProblem.reason(e), e);
    }
  }

  /** Some editors begin a file with a mark of its byte order. */
  private static String withoutMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static JsonNode parse(JsonMapper mapper, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "not valid JSON: it is empty" + (text.isEmpty() ? "" : " but for blanks"));
    }
    try {
      return mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not valid JSON: " + reason(e, text), e);
    }
  }

  private static String reason(JsonProcessingException e, String text) {
    var at = e.getLocation();
    String place =
        at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    String message = String.valueOf(e.getOriginalMessage());
    Matcher twice = DUPLICATE.matcher(message);
    Matcher number = NOT_A_NUMBER.matcher(message);
    if (ForeignFile.isPointer(text)) {
      return ForeignFile.POINTER;
    } else if (text.stripLeading().startsWith("<")) {
      return "it looks like a web page, not the file itself";
    } else if (twice.find()) {
      return "field '" + shortened(twice.group(1)) + "' is there twice" + place;
    } else if (number.find()) {
      return shortened(number.group(1)) + " is not a JSON number" + place;
    } else if (e instanceof JsonEOFException) {
      return "it ends in the middle" + place;
    }
    return "it cannot be understood" + place;
  }

  private static String shortened(String text) {
    String line = text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 60 ? line : line.substring(0, 57) + "...";
  }
}
