package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.deftstream.schemas.avro.Reconstruction;

/** Counts which records were answered, and how, in the memory of two bits for each. */
final class AnswerCount {
  private final int partitions;
  private final List<BitSet> answered = new ArrayList<>();
  private final List<BitSet> dead = new ArrayList<>();
  private int count;

  AnswerCount(int partitions) {
    this.partitions = partitions;
    for (int i = 0; i < partitions; i++) {
      answered.add(new BitSet());
      dead.add(new BitSet());
    }
  }

  /** Takes over, and forgets there, what has come. */
  void take(Answers answers) {
    for (Reconstruction each : answers.reconstructions()) {
      var from = each.getProvenance();
      note(answered, from.getSourcePartition(), from.getSourceOffset());
    }
    for (var letter : answers.deadLetters()) {
      note(
          dead,
          letter.partition(),
          Long.parseLong(Answers.header(letter, org.deftstream.schemas.DeadLetterHeaders.OFFSET)));
    }
    answers.reconstructions().clear();
    answers.deadLetters().clear();
  }

  private void note(List<BitSet> kind, int partition, long offset) {
    int at = Math.toIntExact(offset);
    assertThat(answered.get(partition).get(at) || dead.get(partition).get(at))
        .as("record %d@%d is answered once", partition, offset)
        .isFalse();
    kind.get(partition).set(at);
    count++;
  }

  /** Number of answers. */
  int count() {
    return count;
  }

  /** Whether the record that was sent as that one was answered by a dead letter. */
  boolean dead(int record) {
    return dead.get(record % partitions).get(record / partitions);
  }
}
