package org.deftstream.trainer.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a task is refreshed. Immutable.
 *
 * @param newPairs after so many new pairs, at least 1
 * @param interval and so long after the last refresh, if there is a new pair at all
 * @param leastTraining not with fewer pairs to train on, at least 1
 * @param leastValidation not with fewer pairs to validate on, at least 2: an interval needs them
 * @param coldSamples samples of its prior that a task learns from that is defined, has no adapter
 *     and no pair; 0 for no such start
 */
public record RefreshPolicy(
    int newPairs,
    Optional<Duration> interval,
    int leastTraining,
    int leastValidation,
    int coldSamples) {
  /** A policy that waits for pairs. */
  public RefreshPolicy(
      int newPairs, Optional<Duration> interval, int leastTraining, int leastValidation) {
    this(newPairs, interval, leastTraining, leastValidation, 0);
  }

  public RefreshPolicy {
    require(coldSamples >= 0, "samples of a cold start must be 0 or more", coldSamples);
    require(newPairs >= 1, "the number of new pairs must be at least 1", newPairs);
    require(leastTraining >= 1, "pairs to train on must be at least 1", leastTraining);
    require(leastValidation >= 2, "pairs to validate on must be at least 2", leastValidation);
    interval.ifPresent(
        time ->
            require(!time.isNegative() && !time.isZero(), "the interval must be above 0", time));
  }

  /**
   * What there is to decide on.
   *
   * @param training pairs that train
   * @param validation pairs that validate
   * @param fresh pairs that came since the last refresh began
   * @param last when the last refresh began, if there was one
   * @param first when the oldest of the new pairs came, if there is one
   * @param commanded whether somebody asked for a refresh
   */
  public record Situation(
      int training,
      int validation,
      int fresh,
      Optional<Instant> last,
      Optional<Instant> first,
      boolean commanded) {}

  /**
   * What is to be done.
   *
   * @param due whether a refresh is to begin
   * @param reason why, or what it waits for, in one line
   */
  public record Verdict(boolean due, String reason) {}

  /** Decides. */
  public Verdict decide(Situation now, Instant time) {
    var wish = wish(now, time);
    if (wish.isEmpty()) {
      return new Verdict(false, "%d of %d new pairs are there".formatted(now.fresh(), newPairs));
    }
    if (now.training() < leastTraining || now.validation() < leastValidation) {
      return new Verdict(
          false,
          "%s, but there are %d pairs to train on and %d to validate on; %d and %d are needed"
              .formatted(
                  wish.get(), now.training(), now.validation(), leastTraining, leastValidation));
    }
    return new Verdict(true, wish.get());
  }

  /** When a refresh is due by the clock; empty if there are no new pairs or no interval. */
  public Optional<Instant> next(Situation now) {
    return now.fresh() == 0
        ? Optional.empty()
        : interval.flatMap(time -> now.last().or(now::first).map(since -> since.plus(time)));
  }

  private Optional<String> wish(Situation now, Instant time) {
    if (now.commanded()) {
      return Optional.of("it was asked for");
    }
    if (now.fresh() >= newPairs) {
      return Optional.of("%d new pairs came".formatted(now.fresh()));
    }
    // A task that was never refreshed counts from its first pair.
    boolean late = next(now).filter(due -> !time.isBefore(due)).isPresent();
    return late
        ? Optional.of("%d new pairs came within %s".formatted(now.fresh(), interval.orElseThrow()))
        : Optional.empty();
  }

  private static void require(boolean holds, String rule, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", got " + value);
    }
  }
}
