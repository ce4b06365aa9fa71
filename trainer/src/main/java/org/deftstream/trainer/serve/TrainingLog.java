package org.deftstream.trainer.serve;

import java.util.Locale;
import org.deftstream.deft.UserError;
import org.deftstream.deft.training.TrainingRun;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs how a training goes, and ends one whose thread is interrupted. Not thread-safe. */
final class TrainingLog implements TrainingRun.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingLog.class);
  private static final double MINUTES = 1;

  private final String task;
  private double told = -MINUTES;

  TrainingLog(String task) {
    this.task = task;
  }

  @Override
  public void stepped(long step, double progress, double loss, double elapsedMinutes) {
    if (Thread.currentThread().isInterrupted()) {
      throw new UserError("the training was interrupted at step " + step);
    }
    if (elapsedMinutes - told >= MINUTES) {
      told = elapsedMinutes;
      String line =
          String.format(
              Locale.ROOT,
              "step %d, %.0f %% of the budget, loss %.4g, %.1f steps per second",
              step,
              100 * progress,
              loss,
              step / (60 * Math.max(elapsedMinutes, 1e-9)));
      LOG.info("task {}: {}", task, line);
    }
  }

  @Override
  public void checkpointed(TrainingRun run) {
    LOG.debug("task {}: checkpoint at step {}", task, run.steps());
  }
}
