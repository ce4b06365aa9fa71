package org.deftstream.trainer.refresh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.training.TrainingRun;

/**
 * Measures the loss on validation pairs at every checkpoint, keeps it in {@code validation.csv},
 * and has enough when it no longer falls. A training that goes on finds its measurements again. Not
 * thread-safe.
 */
final class ValidationWatch implements TrainingRun.Listener {
  /** Name of the file beside the loss curve. */
  static final String FILE = "validation.csv";

  /** An improvement by less than this part is none. */
  private static final double IMPROVEMENT = 0.002;

  private final Path file;
  private final int patience;
  private final Supplier<ValidationLoss.Measured> measure;
  private final RefreshListener next;
  private final List<String> lines = new ArrayList<>();
  private double lowest = Double.POSITIVE_INFINITY;
  private long lastStep = -1;
  private int worse;

  /**
   * A watch.
   *
   * @param directory where the file is kept
   * @param patience so many checkpoints in a row without a lower loss are enough; 0 never
   * @param measure measures the weights as they are now
   * @param next told everything as well
   */
  ValidationWatch(
      Path directory,
      int patience,
      Supplier<ValidationLoss.Measured> measure,
      RefreshListener next) {
    this.file = directory.resolve(FILE);
    this.patience = patience;
    this.measure = measure;
    this.next = next;
    resume();
  }

  private void resume() {
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file).stream().skip(1).toList()) {
          var cells = line.split(",", -1);
          note(Long.parseLong(cells[0]), Double.parseDouble(cells[1]), line);
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new UserError("cannot read " + file + ": " + FileProblem.of(e), e);
    }
  }

  private void note(long step, double loss, String line) {
    lines.add(line);
    lastStep = step;
    boolean better = loss < lowest * (1 - IMPROVEMENT);
    worse = better ? 0 : worse + 1;
    lowest = better ? loss : lowest;
  }

  @Override
  public void stepped(long step, double progress, double loss, double elapsedMinutes) {
    next.stepped(step, progress, loss, elapsedMinutes);
  }

  @Override
  public void checkpointed(TrainingRun run) {
    checkpointed(run.steps());
    next.checkpointed(run);
  }

  /** Measures the weights after a step, once. */
  void checkpointed(long step) {
    // The last checkpoint of a training may be one that was there.
    if (step <= lastStep) {
      return;
    }
    var measured = measure.get();
    var line = new StringBuilder(String.format(Locale.ROOT, "%d,%.6g", step, measured.loss()));
    measured.byTime().forEach(part -> line.append(String.format(Locale.ROOT, ",%.6g", part)));
    note(step, measured.loss(), line.toString());
    var csv = new StringBuilder("step,loss");
    for (int i = 1; i <= measured.byTime().size(); i++) {
      csv.append(",time").append(i);
    }
    csv.append('\n').append(String.join("\n", lines)).append('\n');
    try {
      AtomicFiles.write(file, csv.toString());
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + FileProblem.of(e), e);
    }
    next.validated(step, measured);
  }

  @Override
  public boolean enough() {
    return (patience > 0 && worse >= patience) || next.enough();
  }
}
