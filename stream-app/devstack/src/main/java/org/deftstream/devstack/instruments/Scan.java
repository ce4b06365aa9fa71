package org.deftstream.devstack.instruments;

import java.util.List;
import java.util.Optional;
import org.deftstream.cli.TaskSample;

/**
 * One measurement of an instrument: the record to send, and what its answer is held against. Used
 * by one thread.
 */
public interface Scan {
  /** Heading for people. */
  String title();

  /** What is known of the truth, in a sentence. */
  String known();

  /** The record. */
  TaskSample record();

  /** Records for single samples, of a task of {@link Instrument#further}. */
  default List<TaskSample> draws() {
    return List.of();
  }

  /** What the instrument saw, as a PNG. */
  byte[] measured();

  /** The truth as far as it is known, as a PNG. */
  default Optional<byte[]> truth() {
    return Optional.empty();
  }

  /** What the instrument's community would make of it. Takes up to minutes. */
  List<Estimate> baselines();

  /** Ours: the mean of the samples. */
  default Estimate posterior(Answer answer) {
    return new Estimate("posterior mean", answer.mean(), record().image(), answer.draws());
  }

  /** The figures of an estimate, the one that counts first. */
  List<Figure> figures(Estimate estimate);

  /** An estimate as a PNG. */
  byte[] picture(Estimate estimate);

  /** The standard deviation as a PNG; only if the answer has one. */
  byte[] deviation(Answer answer);
}
