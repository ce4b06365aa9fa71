package org.deftstream.messaging.deadletter;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Which dead letters are meant; what is empty does not matter. Immutable.
 *
 * @param reason class of the error
 * @param task name of the measurement's task; letters that are no measurement have none
 * @param partition partition of the dead letters' topic
 * @param from first offset there
 * @param to last offset there
 */
public record DeadLetterFilter(
    Optional<String> reason,
    Optional<String> task,
    OptionalInt partition,
    OptionalLong from,
    OptionalLong to) {
  /** All of them. */
  public static final DeadLetterFilter ALL =
      new DeadLetterFilter(
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          OptionalLong.empty(),
          OptionalLong.empty());

  /** Whether it leaves nothing out. */
  public boolean all() {
    return equals(ALL);
  }

  /** Whether a letter is meant. */
  public boolean accepts(ReceivedDeadLetter letter, LetterMeasurements names) {
    return reason.map(letter.reason()::equals).orElse(true)
        && letter.record().offset() >= from.orElse(0)
        && letter.record().offset() <= to.orElse(Long.MAX_VALUE)
        && (partition.isEmpty() || partition.getAsInt() == letter.record().partition())
        && (task.isEmpty() || names.task(letter).equals(task));
  }

  /** What was asked for, the same text for the same filter. */
  String describe() {
    return "reason="
        + reason.orElse("*")
        + " task="
        + task.orElse("*")
        + " partition="
        + partition
        + " from="
        + from
        + " to="
        + to;
  }
}
