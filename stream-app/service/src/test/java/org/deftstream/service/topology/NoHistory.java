package org.deftstream.service.topology;

import java.util.UUID;

/** Of a process that has just begun. */
public final class NoHistory implements SourceHistory {
  @Override
  public long certainBelow(UUID source, int partition) {
    return Long.MAX_VALUE;
  }

  @Override
  public void consume(int partition, boolean beginning) {
    // There is no consumer.
  }
}
