package org.deftstream.service.topology;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** Bytes as text, for assertions. */
final class Texts {
  private Texts() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  static Map<String, String> texts(Headers headers) {
    var texts = new LinkedHashMap<String, String>();
    for (Header header : headers) {
      texts.put(header.key(), text(header.value()));
    }
    return texts;
  }
}
