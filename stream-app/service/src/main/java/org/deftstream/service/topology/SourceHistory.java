package org.deftstream.service.topology;

import java.util.UUID;

/**
 * What a process knows of earlier topics of the measurements' name, and has it that one that was
 * made anew is consumed from its beginning. Thread-safe.
 */
public interface SourceHistory {
  /**
   * How much of what was consumed of an earlier topic is known to be that topic's. What was
   * consumed last, before it was noticed that there is another one, may be of either.
   *
   * @param source identity of the earlier topic
   * @param partition the partition
   * @return the offset below which records are the earlier topic's; the greatest number if this
   *     process was not there when it was made anew
   */
  long certainBelow(UUID source, int partition);

  /**
   * Notes, when a task begins, where its partition is consumed from.
   *
   * @param partition the partition
   * @param beginning whether from its beginning; else from where the group has come to
   */
  void consume(int partition, boolean beginning);
}
