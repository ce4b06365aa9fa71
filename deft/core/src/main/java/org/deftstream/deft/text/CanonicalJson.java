package org.deftstream.deft.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * One text for each JSON value, whoever wrote it: members in the order of their names, no white
 * space, numbers by value ({@code 20}, {@code 20.0} and {@code 2e1} are the same). For
 * fingerprints. Stateless and thread-safe.
 */
public final class CanonicalJson {
  /** Above this a double no longer holds every whole number. */
  private static final double EXACT = 1L << 53;

  private CanonicalJson() {}

  /** The canonical text. */
  public static String of(JsonNode node) {
    var out = new StringBuilder();
    write(node, out);
    return out.toString();
  }

  /** SHA-256 of the canonical text in UTF-8, in lower-case hexadecimal. */
  public static String sha256(JsonNode node) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(of(node).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }

  private static void write(JsonNode node, StringBuilder out) {
    if (node.isObject()) {
      var members = new TreeMap<String, JsonNode>();
      node.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
      String separator = "{";
      for (var member : members.entrySet()) {
        out.append(separator).append(TextNode.valueOf(member.getKey())).append(':');
        write(member.getValue(), out);
        separator = ",";
      }
      out.append(members.isEmpty() ? "{}" : "}");
    } else if (node.isArray()) {
      out.append('[');
      for (int i = 0; i < node.size(); i++) {
        if (i > 0) {
          out.append(',');
        }
        write(node.get(i), out);
      }
      out.append(']');
    } else if (node.isNumber()) {
      double value = node.doubleValue();
      if (value == Math.rint(value) && Math.abs(value) <= EXACT) {
        out.append((long) value);
      } else {
        out.append(value);
      }
    } else {
      out.append(node);
    }
  }
}
