package org.deftstream.trainer.serve;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether pairs are read and tasks refreshed, for whoever watches the process. Thread-safe.
 *
 * <p>Not ready: no answer of Kafka came within the last 30 s. Dead: a thread has ended, or reading
 * has begun again so often at one place, which Kafka gives, that waiting does not help.
 */
public final class ReadingHealth {
  private static final long FRESH = Duration.ofSeconds(30).toNanos();
  private static final int MOST_ATTEMPTS = 5;

  private final LongSupplier nanos;
  private boolean everAnswered;
  private long answered;
  private boolean polled;
  private long furthest = -1;
  private int attempts;
  private String failure = "no pair was read yet";
  private String ended;

  /** Health of a trainer that begins. */
  public ReadingHealth() {
    this(System::nanoTime);
  }

  ReadingHealth(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Another topic: offsets begin at 0 again. */
  synchronized void begins() {
    furthest = -1;
  }

  /**
   * Kafka has answered.
   *
   * @param position sum of the offsets behind what was read
   * @param caughtUp whether everything was read that was there when reading began
   */
  synchronized void polled(long position, boolean caughtUp) {
    everAnswered = true;
    answered = nanos.getAsLong();
    polled = true;
    if (caughtUp || position > furthest) {
      attempts = 0;
    }
    furthest = Math.max(furthest, position);
  }

  /** Reading has failed and is begun again. */
  synchronized void failed(String reason) {
    failure = reason;
    // Without an answer of Kafka there is nothing to come further in.
    attempts += polled ? 1 : 0;
    polled = false;
  }

  /** A thread has ended; nothing brings it back. */
  synchronized void ended(String reason) {
    ended = reason;
  }

  /** Why the process should be started again; empty while it lives. */
  public synchronized Optional<String> dead() {
    if (ended != null) {
      return Optional.of(ended);
    }
    return attempts < MOST_ATTEMPTS
        ? Optional.empty()
        : Optional.of("reading begins again and again at the same place: " + failure);
  }

  /** Why no pairs are read now; empty if they are. */
  public synchronized Optional<String> unready() {
    var dead = dead();
    if (dead.isPresent()) {
      return dead;
    }
    return everAnswered && nanos.getAsLong() - answered <= FRESH
        ? Optional.empty()
        : Optional.of("Kafka gave no pairs within 30 s: " + failure);
  }
}
