package org.deftstream.trainer.refresh;

import java.time.Duration;

/**
 * What becomes of an adapter that passed the gate. Immutable.
 *
 * @param canaryShare share of the measurements that it is tried with, in (0, 1); 1 serves it at
 *     once. A task that has no adapter yet is served at once in any case: there is nothing to try
 *     it beside
 * @param keep published adapters that stay known besides those in use, at least 1
 * @param confirmation longest wait for the service's report; zero not to wait
 */
public record PublicationPolicy(double canaryShare, int keep, Duration confirmation) {
  public PublicationPolicy {
    if (!(canaryShare > 0 && canaryShare <= 1)) {
      throw new IllegalArgumentException(
          "the canary's share must be above 0 and at most 1, got " + canaryShare);
    }
    if (keep < 1) {
      throw new IllegalArgumentException("at least 1 adapter is kept, got " + keep);
    }
  }
}
