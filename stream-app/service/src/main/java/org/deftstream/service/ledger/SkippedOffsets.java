package org.deftstream.service.ledger;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Offsets of the source topic that an operator had passed over, because reading them ends the
 * process: each leaves as a dead letter. What is known of them in this process; thread-safe.
 */
public final class SkippedOffsets {
  private final Map<Integer, NavigableSet<Long>> byPartition = new ConcurrentHashMap<>();

  /** Replaces what is known of a partition. */
  public void set(int partition, Collection<Long> offsets) {
    byPartition.put(partition, Collections.unmodifiableNavigableSet(new TreeSet<>(offsets)));
  }

  /** The offsets of a partition, rising. */
  public NavigableSet<Long> of(int partition) {
    return byPartition.getOrDefault(partition, Collections.emptyNavigableSet());
  }

  /** The first offset from one on, going forward, that is not passed over. */
  public long next(int partition, long offset) {
    var skipped = of(partition);
    long next = offset;
    while (skipped.contains(next)) {
      next++;
    }
    return next;
  }
}
