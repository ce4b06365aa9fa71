package org.deftstream.messaging.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a page answers.
 *
 * @param status HTTP status
 * @param contentType media type
 * @param body text, sent as UTF-8
 * @param headers more headers
 */
public record Reply(int status, String contentType, String body, Map<String, String> headers) {
  /** Copies. */
  public Reply {
    headers = Map.copyOf(headers);
  }

  /** Without headers of its own. */
  public Reply(int status, String contentType, String body) {
    this(status, contentType, body, Map.of());
  }

  /** The same with one more header. */
  public Reply with(String name, String value) {
    var more = new HashMap<>(headers);
    more.put(name, value);
    return new Reply(status, contentType, body, more);
  }

  /** A JSON document. */
  public static Reply json(int status, JsonNode document) {
    return new Reply(status, "application/json", document + "\n");
  }

  /**
   * The answer to a question about health: 200, or 503 with the reason.
   *
   * @param question {@code live} or {@code ready}
   * @param trouble why not; empty if it is
   */
  public static Reply health(String question, Optional<String> trouble) {
    var answer = JsonNodeFactory.instance.objectNode().put(question, trouble.isEmpty());
    trouble.ifPresent(reason -> answer.put("reason", reason));
    return json(trouble.isEmpty() ? 200 : 503, answer);
  }

  /** Plain text. */
  public static Reply text(int status, String text) {
    return new Reply(status, "text/plain; charset=utf-8", text + "\n");
  }
}
