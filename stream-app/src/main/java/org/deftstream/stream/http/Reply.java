package org.deftstream.stream.http;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a page answers.
 *
 * @param status HTTP status
 * @param contentType media type
 * @param body text, sent as UTF-8
 */
public record Reply(int status, String contentType, String body) {
  /** A JSON document. */
  public static Reply json(int status, JsonNode document) {
    return new Reply(status, "application/json", document + "\n");
  }

  /** Plain text. */
  public static Reply text(int status, String text) {
    return new Reply(status, "text/plain; charset=utf-8", text + "\n");
  }
}
