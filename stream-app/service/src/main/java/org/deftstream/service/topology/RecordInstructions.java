package org.deftstream.service.topology;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.deftstream.schemas.InstructionHeaders;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.RejectedRecordException.Stage;

/**
 * What a producer asks for besides the reconstruction itself, in the record's headers (UTF-8 text):
 * {@code deft.adapter}, {@code deft.priority} and {@code deft.deadline}.
 *
 * @param adapterId the adapter that must serve the record, if one is named
 * @param priority from -100 to 100, higher goes first within the task; 0 if not given
 * @param deadline when the answer is of no use any more; null if there is no such time
 */
record RecordInstructions(Optional<String> adapterId, int priority, Instant deadline) {
  /** The same for producers that cannot set headers. */
  private static final String ADAPTER_ATTRIBUTE = "deft.adapter";

  /**
   * Reads the instructions.
   *
   * @param headers the record's headers; of several with one name the last counts
   * @param attributes the measurement's attributes; {@code deft.adapter} pins an adapter where the
   *     header is absent
   * @throws RejectedRecordException if one cannot be understood
   */
  static RecordInstructions of(Headers headers, Map<String, String> attributes) {
    return new RecordInstructions(
        text(headers, InstructionHeaders.ADAPTER)
            .or(() -> Optional.ofNullable(attributes.get(ADAPTER_ATTRIBUTE))),
        text(headers, InstructionHeaders.PRIORITY).map(RecordInstructions::priority).orElse(0),
        text(headers, InstructionHeaders.DEADLINE).map(RecordInstructions::deadline).orElse(null));
  }

  private static int priority(String text) {
    try {
      int priority = Integer.parseInt(text);
      if (Math.abs((long) priority) <= InstructionHeaders.MAX_PRIORITY) {
        return priority;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw rejected(
        InstructionHeaders.PRIORITY,
        text,
        "a whole number from -"
            + InstructionHeaders.MAX_PRIORITY
            + " to "
            + InstructionHeaders.MAX_PRIORITY);
  }

  private static Instant deadline(String text) {
    try {
      return text.chars().allMatch(Character::isDigit)
          ? Instant.ofEpochMilli(Long.parseLong(text))
          : Instant.parse(text);
    } catch (NumberFormatException | DateTimeException e) {
      throw rejected(
          InstructionHeaders.DEADLINE,
          text,
          "a time such as 2030-01-31T12:00:00Z, or milliseconds since 1970");
    }
  }

  private static Optional<String> text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8).strip());
  }

  private static RejectedRecordException rejected(String name, String text, String right) {
    return new RejectedRecordException(
        Stage.VALIDATE,
        "InvalidHeader",
        "header %s is '%s', but must be %s".formatted(name, text, right));
  }
}
