package org.deftstream.devstack.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.ProgressLine;

/**
 * The conversation with the service: keeps so many measurements in flight, takes the answers, and
 * has the adapters published when the first pass is nearly through, while measurements go on
 * flowing. Not thread-safe; publishing happens on a thread of its own so that the stream never
 * waits for it.
 */
final class DemoStream {
  private static final Duration POLL = Duration.ofMillis(50);

  /** One more in flight after each: what begins together would end together, in bursts. */
  private static final Duration RAMP = Duration.ofMillis(700);

  private final DemoSettings settings;
  private final Feed feed;
  private final Sender sender;
  private final Inbox inbox;
  private final SwapWatch swap;
  private final Runnable publish;
  private final Runnable alive;
  private final ProgressLine progress;
  private final Tally tally = new Tally();
  private final List<String> problems = new ArrayList<>();
  private CompletableFuture<Void> published = CompletableFuture.completedFuture(null);
  private Instant start;
  private Instant lastSent = Instant.EPOCH;
  private Instant end;

  /**
   * Prepares a conversation.
   *
   * @param publish publishes and activates the adapters; called once, on another thread
   * @param alive throws a {@link UserError} if broker, registry or service have stopped
   */
  DemoStream(
      DemoSettings settings,
      Feed feed,
      Sender sender,
      Inbox inbox,
      SwapWatch swap,
      Runnable publish,
      Runnable alive,
      ProgressLine progress) {
    this.settings = settings;
    this.feed = feed;
    this.sender = sender;
    this.inbox = inbox;
    this.swap = swap;
    this.publish = publish;
    this.alive = alive;
    this.progress = progress;
  }

  /**
   * Runs until each subject has both answers and nothing is open, or the deadline passes.
   *
   * @throws UserError if the adapters cannot be published, are refused, or a part has stopped
   */
  void run() {
    start = Instant.now();
    var deadline = start.plus(settings.deadline());
    while (!feed.finished() || tally.open() > 0) {
      if (Instant.now().isAfter(deadline)) {
        problems.add(lateness());
        break;
      }
      alive.run();
      send();
      receive(inbox.poll(POLL));
      swapWhenDue();
      progress.show((double) feed.answersIn() / feed.answersWanted(), phase());
    }
    end = Instant.now();
  }

  /** Takes everything that the service has still committed; after it has stopped. */
  void drain(Duration within) {
    receive(inbox.drain(within));
  }

  private void send() {
    long ramp = 1 + start.until(Instant.now(), ChronoUnit.MILLIS) / RAMP.toMillis();
    while (tally.open() < Math.min(ramp, settings.inFlight()) && !pauses()) {
      var item = feed.next();
      if (item.isEmpty()) {
        return;
      }
      lastSent = sender.send(item.get(), tally);
    }
  }

  /** While an adapter is trained, measurements go on, but leave the processor to the trainer. */
  private boolean pauses() {
    return swap.begun()
        && !swap.done()
        && settings
            .training()
            .filter(plan -> Instant.now().isBefore(lastSent.plus(plan.pause())))
            .isPresent();
  }

  private void receive(List<Inbox.Arrival> arrivals) {
    for (var arrival : arrivals) {
      if (arrival instanceof Inbox.Answer answer) {
        tally
            .accept(answer)
            .ifPresent(first -> feed.answered(first.sent().item(), first.learned()));
      } else if (arrival instanceof Inbox.DeadLetter letter) {
        tally
            .accept(letter)
            .filter(sent -> sent.item().subject() != null)
            .ifPresent(sent -> feed.drop(sent.item()));
      } else if (arrival instanceof Inbox.Status status) {
        swap.accept(status);
      }
    }
  }

  private void swapWhenDue() {
    // What is still open then was admitted before the swap, and keeps its method.
    int few = Math.min(settings.inFlight() / 2, feed.answersWanted() / 8);
    if (!swap.begun() && feed.firstPassSent() && feed.openInFirstPass() <= few) {
      swap.published(Instant.now());
      published = CompletableFuture.runAsync(publish);
    }
    if (published.isCompletedExceptionally()) {
      try {
        published.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof UserError error
            ? error
            : new UserError("the adapters could not be published: " + e.getCause(), e);
      }
    }
    swap.refusal()
        .ifPresent(
            reason -> {
              throw new UserError(reason);
            });
  }

  private String phase() {
    if (!swap.begun()) {
      return "training-free";
    }
    if (settings.training().isPresent() && swap.lastState().isEmpty()) {
      return "training-free, while an adapter is trained";
    }
    return swap.done() ? "learned adapters" : "training-free, adapters: " + swap.lastState();
  }

  private String lateness() {
    return "stopped after "
        + settings.deadline().toSeconds()
        + " s with "
        + tally.open()
        + " records open"
        + (swap.begun() && !swap.done() ? "; the adapters were published but never served" : "");
  }

  /** What was sent and what came back. */
  Tally tally() {
    return tally;
  }

  /** What went wrong, one line each. */
  List<String> problems() {
    var all = new ArrayList<>(problems);
    all.addAll(tally.problems());
    return all;
  }

  /** When the first record was sent. */
  Instant start() {
    return start;
  }

  /** How long the stream took. */
  double millis() {
    return start.until(end, ChronoUnit.MICROS) / 1e3;
  }

  /** The change of method; null if it was not finished. */
  DemoResult.Swap swap() {
    return swap.figures(start, tally.answered());
  }
}
