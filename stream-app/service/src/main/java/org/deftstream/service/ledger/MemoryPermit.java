package org.deftstream.service.ledger;

/** Room on the heap for the work on one record, as much as was guessed from its bytes. */
@FunctionalInterface
public interface MemoryPermit {
  /** Room without bounds. */
  MemoryPermit UNBOUNDED = bytes -> true;

  /**
   * Takes as much as the work needs, now that it is known; gives back what is too much. Never
   * waits. Thread-safe.
   *
   * @param bytes what the work needs in all
   * @return whether there was room; if not, nothing has changed
   */
  boolean resize(long bytes);
}
