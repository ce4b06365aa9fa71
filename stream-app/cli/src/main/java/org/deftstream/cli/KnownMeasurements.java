package org.deftstream.cli;

import java.io.PrintWriter;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.deadletter.LetterMeasurements;
import org.deftstream.messaging.deadletter.ReceivedDeadLetter;
import org.deftstream.schemas.avro.Measurement;

/**
 * Measurements of letters for a list, which is of use without them too: when the registry does not
 * answer, that is said once and it is not asked again. Used by one thread.
 */
final class KnownMeasurements {
  private final LetterMeasurements measurements;
  private final PrintWriter error;
  private boolean answers = true;

  KnownMeasurements(LetterMeasurements measurements, PrintWriter error) {
    this.measurements = measurements;
    this.error = error;
  }

  /** What the letter was; empty if it was none, or that is not known. */
  Optional<Measurement> of(ReceivedDeadLetter letter) {
    if (!answers) {
      return Optional.empty();
    }
    try {
      return measurements.of(letter);
    } catch (UserError e) {
      answers = false;
      error.println("ids and tasks are not listed: " + e.getMessage());
      error.flush();
      return Optional.empty();
    }
  }
}
