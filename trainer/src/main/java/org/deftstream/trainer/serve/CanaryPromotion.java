package org.deftstream.trainer.serve;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.AnswerCount;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.avro.AdapterControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves an adapter for all when it has answered enough measurements on trial. Whether its answers
 * are good is the service's own guard to say, which ends the trial of one that goes wrong: an
 * adapter that is still on trial after so many answers has passed. Only trials that this trainer
 * began are ended by it. What is known follows from the topics, so a restart loses nothing. Used by
 * one thread.
 */
final class CanaryPromotion implements CanaryWatch {
  private static final Logger LOG = LoggerFactory.getLogger(CanaryPromotion.class);
  private static final long AGAIN = Duration.ofSeconds(5).toNanos();

  private final PublisherSettings access;
  private final AdapterPublisher publisher;
  private final int enough;
  private final Map<String, Trial> trials = new HashMap<>();
  private long looked;
  private boolean everLooked;

  /** An adapter on trial, and how often it was the answer. */
  private record Trial(String adapterId, AnswerCount count) {}

  /** Says that the record has changed meanwhile. */
  private static final class Over extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Trials.
   *
   * @param enough answers that are enough; 0 to leave every trial to people
   */
  CanaryPromotion(PublisherSettings access, AdapterPublisher publisher, int enough) {
    this.access = access;
    this.publisher = publisher;
    this.enough = enough;
  }

  @Override
  public void follow() {
    if (enough == 0 || (everLooked && System.nanoTime() - looked < AGAIN)) {
      return;
    }
    var states = ControlTopic.read(access);
    states.forEach(this::begin);
    for (String task : new HashSet<>(trials.keySet())) {
      follow(task, states.get(task));
    }
    looked = System.nanoTime();
    everLooked = true;
  }

  private void begin(String task, AdapterControl state) {
    if (state.getCanary() == null || !state.getIssuedBy().equals(access.issuedBy())) {
      return;
    }
    String id = state.getCanary().getAdapterId();
    var known = trials.get(task);
    if (known == null || !known.adapterId().equals(id)) {
      end(task);
      trials.put(task, new Trial(id, AnswerCount.open(access, id, state.getIssuedAt())));
      LOG.info("adapter {} of task {} is on trial until it has answered {}", id, task, enough);
    }
  }

  private void follow(String task, AdapterControl state) {
    var trial = trials.get(task);
    if (!isOn(trial, state)) {
      LOG.info("the trial of adapter {} of task {} was ended", trial.adapterId(), task);
      end(task);
      return;
    }
    if (trial.count().poll() < enough) {
      return;
    }
    try {
      publisher.change(
          task,
          now -> {
            if (!isOn(trial, now)) {
              throw new Over();
            }
            return ControlChanges.promote(now);
          });
      LOG.info(
          "adapter {} of task {} has answered {} measurements on trial and serves all now",
          trial.adapterId(),
          task,
          trial.count().poll());
    } catch (Over e) {
      LOG.info("the trial of adapter {} of task {} was ended", trial.adapterId(), task);
    }
    end(task);
  }

  private static boolean isOn(Trial trial, AdapterControl state) {
    return state != null
        && state.getCanary() != null
        && state.getCanary().getAdapterId().equals(trial.adapterId());
  }

  private void end(String task) {
    var trial = trials.remove(task);
    if (trial != null) {
      trial.count().close();
    }
  }

  @Override
  public void close() {
    for (String task : new HashSet<>(trials.keySet())) {
      try {
        end(task);
      } catch (UserError e) {
        LOG.debug("closing", e);
      }
    }
  }
}
