package org.deftstream.tests.faults;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What was cut from a log before it was answered: the offsets that must become dead letters, and
 * those that may, because an instance could still hold them. Not thread-safe.
 */
final class Cuts {
  private final List<BitSet> must = new ArrayList<>();
  private final List<BitSet> may = new ArrayList<>();

  Cuts(int partitions) {
    for (int i = 0; i < partitions; i++) {
      must.add(new BitSet());
      may.add(new BitSet());
    }
  }

  /**
   * Notes a cut.
   *
   * @param unanswered offsets below it that had no answer
   * @param nobodyHasThem whether no instance ran
   */
  void note(int partition, BitSet unanswered, boolean nobodyHasThem) {
    may.get(partition).or(unanswered);
    if (nobodyHasThem) {
      must.get(partition).or(unanswered);
    }
  }

  /**
   * Number of offsets that are dead letters of a record that is gone and should not, or reverse.
   */
  int wrong(List<BitSet> gone) {
    int wrong = 0;
    for (int i = 0; i < must.size(); i++) {
      var missing = (BitSet) must.get(i).clone();
      missing.andNot(gone.get(i));
      var surplus = (BitSet) gone.get(i).clone();
      surplus.andNot(may.get(i));
      wrong += missing.cardinality() + surplus.cardinality();
    }
    return wrong;
  }
}
