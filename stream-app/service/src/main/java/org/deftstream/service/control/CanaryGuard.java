package org.deftstream.service.control;

import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.deftstream.messaging.control.GuardSettings;

/**
 * Watches one trial of a canary: counts, among its last measurements, those that failed in the
 * engine (non-finite, for the most part) or whose residual lies outside the range seen in
 * validation, and says once that it is enough.
 *
 * <p>The range is that of {@link ResidualRange}; where the manifest states none for the sampler in
 * use, it is 0 to {@link GuardSettings#maxResidual()}.
 *
 * <p>Thread-safe; quick enough for the engine's thread.
 */
final class CanaryGuard {
  private final GuardSettings settings;
  private final ResidualRange bounds;
  private final Consumer<String> tripped;
  private final ArrayDeque<Boolean> last = new ArrayDeque<>();
  private int failed;
  private int outside;
  private int wrong;
  private double worst = Double.NaN;
  private boolean done;

  /**
   * Begins to watch.
   *
   * @param bounds between which residuals the canary lay in validation, if that is known of its
   *     sampler
   * @param tripped told once, with the reason, by whoever noted the last straw; must return at once
   */
  CanaryGuard(GuardSettings settings, Optional<ResidualRange> bounds, Consumer<String> tripped) {
    this.settings = settings;
    this.bounds = bounds.orElse(new ResidualRange(0, settings.maxResidual()));
    this.tripped = tripped;
  }

  /** A measurement was reconstructed with that residual. */
  void reconstructed(double residual) {
    note(
        residual >= bounds.low() && residual <= bounds.high(),
        () -> {
          outside++;
          worst = residual;
        });
  }

  /** A measurement failed in the engine. */
  void failed() {
    note(false, () -> failed++);
  }

  private void note(boolean right, Runnable count) {
    String reason = null;
    synchronized (this) {
      if (done || settings.limit() == 0) {
        return;
      }
      if (!right) {
        count.run();
      }
      last.addLast(right);
      wrong += right ? 0 : 1;
      if (last.size() > settings.window() && !last.removeFirst()) {
        wrong--;
      }
      if (wrong >= settings.limit()) {
        done = true;
        reason = reason();
      }
    }
    if (reason != null) {
      tripped.accept(reason);
    }
  }

  private String reason() {
    return "%d of its last %d measurements went wrong (in this trial %d failed in the engine, %d had a residual outside %s to %s%s)"
        .formatted(
            wrong,
            last.size(),
            failed,
            outside,
            number(bounds.low()),
            number(bounds.high()),
            outside == 0 ? "" : ", the last one " + number(worst));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
