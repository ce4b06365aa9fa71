package org.deftstream.service.ledger;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts of one process since its start. Thread-safe; a snapshot is not atomic over counters. */
public final class LedgerStatistics {
  private final Map<Counter, LongAdder> counters = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> deadLetters = new ConcurrentHashMap<>();
  private final LongAdder unanswered = new LongAdder();

  /** What is counted. */
  public enum Counter {
    /** Records consumed from the source topic. */
    CONSUMED,
    /** Answers forwarded. */
    ANSWERED,
    /** Dead letters forwarded. */
    DEAD_LETTERS,
    /** Records that were noted without their payload, for lack of room. */
    PARKED,
    /** Unanswered records found in a ledger when a task began. */
    RECOVERED,
    /** Records read a second time from the source topic. */
    READ_AGAIN,
    /** Records that are not in the source topic any more and were not answered. */
    GONE,
    /** Records that came a second time, because consumed offsets were set back; dropped. */
    CAME_AGAIN,
    /** Records that ran with nothing beside them. */
    RAN_ALONE
  }

  /** Adds one. */
  public void count(Counter counter) {
    add(counter, 1);
  }

  /** Adds a number. */
  public void add(Counter counter, long number) {
    counters.computeIfAbsent(counter, c -> new LongAdder()).add(number);
  }

  /** Adds one dead letter for a reason. */
  public void countDeadLetter(String errorClass) {
    count(Counter.DEAD_LETTERS);
    deadLetters.computeIfAbsent(errorClass, c -> new LongAdder()).increment();
  }

  /** Adds to, or takes from, the number of entries in this process's ledgers. */
  void addUnanswered(long number) {
    unanswered.add(number);
  }

  /** Number of entries in this process's ledgers now: records consumed and not answered. */
  public long unanswered() {
    return unanswered.sum();
  }

  /** A count since the start. */
  public long get(Counter counter) {
    var adder = counters.get(counter);
    return adder == null ? 0 : adder.sum();
  }

  /** Dead letters by error class since the start. */
  public Map<String, Long> deadLetters() {
    var sums = new TreeMap<String, Long>();
    deadLetters.forEach((name, adder) -> sums.put(name, adder.sum()));
    return sums;
  }
}
