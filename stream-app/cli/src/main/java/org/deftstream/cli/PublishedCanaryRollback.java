package org.deftstream.cli;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.service.control.CanaryRollback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes canaries out of their control records, as {@code adapters rollback} does, on a thread of
 * its own. Several instances may do it at the same time: each reads the record in the transaction
 * in which it writes it, and leaves one alone that names the canary no longer. Tried a few times;
 * if that does not help, the trial has ended on this instance alone, and the log says so.
 * Thread-safe.
 */
final class PublishedCanaryRollback implements CanaryRollback {
  private static final Logger LOG = LoggerFactory.getLogger(PublishedCanaryRollback.class);
  private static final int ATTEMPTS = 5;
  private static final Duration PAUSE = Duration.ofSeconds(3);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final AdapterPublisher publisher;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            var made = new Thread(task, "canary-end");
            made.setDaemon(true);
            return made;
          });

  /** Says that there is nothing to change. */
  private static final class Over extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * An ender.
   *
   * @param access how the control topic is reached
   * @param instance named in the record as the one that asked
   */
  PublishedCanaryRollback(PublisherSettings access, String instance) {
    publisher =
        new AdapterPublisher(
            new PublisherSettings(
                access.kafka(),
                access.serdes(),
                access.topics(),
                access.timeout(),
                "serve-time guard of " + instance));
  }

  @Override
  public void end(String task, String adapterId, String reason) {
    schedule(task, adapterId, 1, Duration.ZERO);
  }

  private void schedule(String task, String adapterId, int attempt, Duration delay) {
    try {
      thread.schedule(
          () -> attempt(task, adapterId, attempt), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.warn("canary {} of task {} stays in its control record: closing", adapterId, task);
    }
  }

  private void attempt(String task, String adapterId, int attempt) {
    try {
      publisher.change(task, state -> without(state, adapterId));
      LOG.info("canary {} was taken out of the control record of task {}", adapterId, task);
    } catch (Over e) {
      LOG.debug("task {} has no canary {} any more", task, adapterId);
    } catch (UserError e) {
      if (attempt < ATTEMPTS) {
        LOG.warn("canary {} of task {} is tried again: {}", adapterId, task, e.getMessage());
        schedule(task, adapterId, attempt + 1, PAUSE);
      } else {
        LOG.error(
            "canary {} stays in the control record of task {}, so its trial has ended on this"
                + " instance alone; end it with: deftstream adapters rollback {}",
            adapterId,
            task,
            task,
            e);
      }
    }
  }

  /** The state without that canary. */
  static AdapterControl without(AdapterControl state, String adapterId) {
    if (state.getCanary() == null || !state.getCanary().getAdapterId().equals(adapterId)) {
      throw new Over();
    }
    return ControlChanges.rollback(state);
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
