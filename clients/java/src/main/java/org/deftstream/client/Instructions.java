package org.deftstream.client;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.deftstream.schemas.InstructionHeaders;

/**
 * How a measurement is to be answered: what is written into its headers. Immutable.
 *
 * @param adapterId the adapter that must serve it, if one is named ({@code deft.adapter})
 * @param priority from -100 to 100, higher goes first within its task ({@code deft.priority})
 * @param deadline when the answer is of no use any more, if there is such a time ({@code
 *     deft.deadline}); the record is a dead letter from then on
 */
public record Instructions(Optional<String> adapterId, int priority, Optional<Instant> deadline) {
  /** Nothing is asked for. */
  public static final Instructions NONE = new Instructions(Optional.empty(), 0, Optional.empty());

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if the priority is out of range
   */
  public Instructions {
    if (Math.abs((long) priority) > InstructionHeaders.MAX_PRIORITY) {
      throw new IllegalArgumentException(
          "priority must be from -%1$d to %1$d, got %2$d"
              .formatted(InstructionHeaders.MAX_PRIORITY, priority));
    }
  }

  /** The same with an adapter that must serve. */
  public Instructions withAdapter(String id) {
    return new Instructions(Optional.of(id), priority, deadline);
  }

  /** The same with a priority. */
  public Instructions withPriority(int other) {
    return new Instructions(adapterId, other, deadline);
  }

  /** The same with a deadline. */
  public Instructions withDeadline(Instant other) {
    return new Instructions(adapterId, priority, Optional.of(other));
  }

  void write(Headers headers) {
    adapterId.ifPresent(id -> add(headers, InstructionHeaders.ADAPTER, id));
    if (priority != 0) {
      add(headers, InstructionHeaders.PRIORITY, Integer.toString(priority));
    }
    deadline.ifPresent(
        time -> add(headers, InstructionHeaders.DEADLINE, Long.toString(time.toEpochMilli())));
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
