package org.deftstream.trainer.serve;

import java.util.Locale;
import org.deftstream.deft.UserError;
import org.deftstream.deft.training.TrainingRun;
import org.deftstream.trainer.refresh.RefreshListener;
import org.deftstream.trainer.refresh.ValidationLoss;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs how a training goes, tells it on, and ends one whose thread is interrupted. Not thread-safe.
 */
final class TrainingLog implements RefreshListener {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingLog.class);
  private static final double MINUTES = 1;

  private final String task;
  private final RefreshListener next;
  private double told;

  TrainingLog(String task, RefreshListener next) {
    this.next = next;
    this.task = task;
  }

  @Override
  public void stepped(long step, double progress, double loss, double elapsedMinutes) {
    if (Thread.currentThread().isInterrupted()) {
      throw new UserError("the training was interrupted at step " + step);
    }
    next.stepped(step, progress, loss, elapsedMinutes);
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
  public void training(String name) {
    told = -MINUTES;
    LOG.info("task {}: training '{}' begins or goes on", task, name);
    next.training(name);
  }

  @Override
  public void validated(long step, ValidationLoss.Measured loss) {
    LOG.info(
        "task {}: step {}, validation loss {}",
        task,
        step,
        String.format(Locale.ROOT, "%.4g", loss.loss()));
    next.validated(step, loss);
  }

  @Override
  public void checkpointed(TrainingRun run) {
    next.checkpointed(run);
    LOG.debug("task {}: checkpoint at step {}", task, run.steps());
  }
}
