package org.deftstream.messaging.deadletter;

/**
 * How dead letters are replayed. Immutable.
 *
 * @param filter which ones
 * @param maxReplays a measurement that was replayed so often is not replayed again
 * @param again whether those are replayed, too, that any command replayed before
 * @param keepDeadline whether the header {@code deft.deadline} stays
 * @param dryRun whether nothing is sent
 * @param batch letters in one transaction
 */
public record ReplayOptions(
    DeadLetterFilter filter,
    int maxReplays,
    boolean again,
    boolean keepDeadline,
    boolean dryRun,
    int batch) {
  /** Letters in one transaction. */
  public static final int BATCH = 200;

  /** Replays of one measurement. */
  public static final int MAX_REPLAYS = 3;

  /** Checks the ranges. */
  public ReplayOptions {
    if (maxReplays < 1 || batch < 1) {
      throw new IllegalArgumentException("maxReplays and batch must be at least 1");
    }
  }
}
