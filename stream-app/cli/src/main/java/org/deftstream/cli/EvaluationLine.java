package org.deftstream.cli;

import java.util.Locale;
import org.deftstream.deft.evaluation.EvaluationProgress;
import org.deftstream.deft.text.ProgressLine;

/** Shows an evaluation on standard error: one progress line for each method. */
final class EvaluationLine implements EvaluationProgress, AutoCloseable {
  private ProgressLine line;

  @Override
  public void begin(String task, String method, int number, int of, int known, int total) {
    line =
        ProgressLine.onStandardError(
            String.format(Locale.ROOT, "%d of %d, %s, %s", number, of, task, method));
    if (known > 0) {
      line.show((double) known / total, known + " of " + total + " known");
    }
  }

  @Override
  public void done(int finished, int total) {
    line.show((double) finished / total, finished + " of " + total);
  }

  @Override
  public void end() {
    close();
  }

  @Override
  public void close() {
    if (line != null) {
      line.close();
      line = null;
    }
  }
}
