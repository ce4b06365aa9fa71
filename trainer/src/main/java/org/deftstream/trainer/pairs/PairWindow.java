package org.deftstream.trainer.pairs;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;

/**
 * The youngest pairs of one task: values in a file, a few words for each pair in memory. The topic
 * is the buffer, so the file is scratch: it begins empty and is filled from the topic again at
 * every start. Thread-safe; closed by its owner.
 */
public final class PairWindow implements AutoCloseable {
  private final int capacity;
  private final Task task;
  private final PairFile file;
  private final TreeSet<PairEntry> byAge = new TreeSet<>(PairEntry.BY_AGE);
  private final Map<String, PairEntry> byId = new HashMap<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private int used;

  /**
   * An empty window.
   *
   * @param scratch the file, made anew
   * @param capacity most pairs that are kept, at least 1
   */
  public PairWindow(Task task, Path scratch, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("a window holds at least 1 pair, got " + capacity);
    }
    this.capacity = capacity;
    this.task = task;
    this.file = PairFile.create(scratch, new PairLayout(task.operator()), task.name());
  }

  /**
   * Takes a pair in. One that was sent again takes the place of the older record; the oldest leaves
   * when there is no room.
   *
   * @param timestamp the record's, in milliseconds
   */
  public synchronized void add(Pair pair, long timestamp, int partition, long offset) {
    var entry =
        new PairEntry(
            pair.id(),
            pair.series(),
            pair.measurement().isPresent(),
            optional(pair),
            timestamp,
            partition,
            offset,
            0);
    var known = byId.get(pair.id());
    if (known != null) {
      if (PairEntry.BY_AGE.compare(entry, known) < 0) {
        return;
      }
      remove(known);
    } else if (byAge.size() == capacity) {
      if (PairEntry.BY_AGE.compare(entry, byAge.first()) < 0) {
        return;
      }
      remove(byAge.first());
    }
    var placed = entry.at(free.isEmpty() ? used++ : free.pop());
    try {
      file.write(placed.slot(), pair);
    } catch (UserError e) {
      free.push(placed.slot());
      throw e;
    }
    byAge.add(placed);
    byId.put(placed.id(), placed);
  }

  private Set<String> optional(Pair pair) {
    var optional = new HashSet<>(pair.auxiliary().keySet());
    optional.retainAll(task.operator().optionalShapes().keySet());
    return Set.copyOf(optional);
  }

  /** Forgets the pairs from before an instant. */
  public synchronized void expire(Instant before) {
    while (!byAge.isEmpty() && byAge.first().timestamp() < before.toEpochMilli()) {
      remove(byAge.first());
    }
  }

  private void remove(PairEntry entry) {
    byAge.remove(entry);
    byId.remove(entry.id());
    free.push(entry.slot());
  }

  /** The entries, oldest first. */
  public synchronized List<PairEntry> entries() {
    return List.copyOf(byAge);
  }

  /** Number of pairs that a test accepts. */
  public synchronized int count(Predicate<PairEntry> test) {
    return (int) byAge.stream().filter(test).count();
  }

  /**
   * Copies the window as it is now, so that a training that is interrupted goes on with the same
   * pairs whatever has come since.
   *
   * @param directory where the copy is kept; what is in it is replaced
   */
  public synchronized void freeze(Path directory) {
    PairSnapshot.write(directory, task, entries(), file::read);
  }

  @Override
  public synchronized void close() {
    file.close();
  }
}
