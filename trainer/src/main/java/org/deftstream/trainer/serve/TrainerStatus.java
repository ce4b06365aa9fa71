package org.deftstream.trainer.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.deftstream.deft.training.TrainingRun;
import org.deftstream.trainer.refresh.Outcome;
import org.deftstream.trainer.refresh.RefreshListener;
import org.deftstream.trainer.refresh.RefreshPolicy;
import org.deftstream.trainer.refresh.ValidationLoss;

/** What the trainer does now and did last, to be looked at. Thread-safe. */
public final class TrainerStatus {
  private final Map<String, TaskReport> tasks = new ConcurrentSkipListMap<>();
  private final ReadingHealth reading = new ReadingHealth();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();

  /**
   * One task.
   *
   * @param training pairs that train
   * @param validation pairs that validate
   * @param fresh pairs since the last refresh began
   * @param waitsFor why it is refreshed now or not, in one line
   * @param next when a refresh is due by the clock, if it is
   * @param running the refresh that runs, if one does
   * @param last the last refresh of this process, if there was one
   */
  public record TaskReport(
      int training,
      int validation,
      int fresh,
      String waitsFor,
      Optional<Instant> next,
      Optional<Running> running,
      Optional<Last> last) {
    static final TaskReport EMPTY =
        new TaskReport(0, 0, 0, "", Optional.empty(), Optional.empty(), Optional.empty());

    TaskReport runs(Running now) {
      return new TaskReport(
          training, validation, fresh, waitsFor, next, Optional.ofNullable(now), last);
    }
  }

  /**
   * A refresh that runs.
   *
   * @param number counted from 1
   * @param training what the training starts from; empty before it and while the gate judges
   * @param step steps so far
   * @param progress share of the budget that is used up
   * @param loss smoothed loss of training
   * @param stepsPerSecond since the training began or went on
   * @param validated loss on the validation pairs at the last checkpoint, if there was one
   */
  public record Running(
      int number,
      String training,
      long step,
      double progress,
      double loss,
      double stepsPerSecond,
      Optional<ValidationLoss.Measured> validated) {}

  /**
   * A refresh that has ended.
   *
   * @param number counted from 1
   * @param outcome how
   * @param judgement what the gate found, if it came to it
   */
  public record Last(int number, Outcome outcome, Optional<JsonNode> judgement) {}

  /** Whether pairs are read. */
  public ReadingHealth reading() {
    return reading;
  }

  /** The tasks by name. */
  public Map<String, TaskReport> tasks() {
    return Map.copyOf(tasks);
  }

  /** Pairs that were accepted since the start. */
  public long accepted() {
    return accepted.get();
  }

  /** Pairs that became dead letters since the start. */
  public long rejected() {
    return rejected.get();
  }

  void pairs(long moreAccepted, long moreRejected) {
    accepted.addAndGet(moreAccepted);
    rejected.addAndGet(moreRejected);
  }

  void decided(
      String task,
      RefreshPolicy.Situation situation,
      RefreshPolicy.Verdict verdict,
      Optional<Instant> next) {
    tasks.compute(
        task,
        (name, before) -> {
          var old = before == null ? TaskReport.EMPTY : before;
          return new TaskReport(
              situation.training(),
              situation.validation(),
              situation.fresh(),
              verdict.reason(),
              next,
              old.running(),
              old.last());
        });
  }

  void ended(String task, int number, Outcome outcome, Optional<JsonNode> judgement) {
    tasks.computeIfPresent(
        task,
        (name, old) ->
            new TaskReport(
                old.training(),
                old.validation(),
                old.fresh(),
                old.waitsFor(),
                old.next(),
                Optional.empty(),
                Optional.of(new Last(number, outcome, judgement))));
  }

  /** A refresh stopped short of its end. */
  void stopped(String task) {
    tasks.computeIfPresent(task, (name, old) -> old.runs(null));
  }

  /** Follows a refresh; used by the thread that trains. */
  RefreshListener refreshing(String task, int number) {
    return new Follower(task, number);
  }

  private final class Follower implements RefreshListener {
    private final String task;
    private Running now;
    private long firstStep = -1;
    private double firstMinutes;

    Follower(String task, int number) {
      this.task = task;
      show(new Running(number, "", 0, 0, Double.NaN, Double.NaN, Optional.empty()));
    }

    private void show(Running next) {
      now = next;
      tasks.compute(task, (name, old) -> (old == null ? TaskReport.EMPTY : old).runs(next));
    }

    @Override
    public void training(String name) {
      firstStep = -1;
      show(new Running(now.number(), name, 0, 0, Double.NaN, Double.NaN, Optional.empty()));
    }

    @Override
    public void stepped(long step, double progress, double loss, double elapsedMinutes) {
      if (firstStep < 0) {
        firstStep = step;
        firstMinutes = elapsedMinutes;
      }
      double rate = (step - firstStep) / (60 * (elapsedMinutes - firstMinutes));
      show(new Running(now.number(), now.training(), step, progress, loss, rate, now.validated()));
    }

    @Override
    public void validated(long step, ValidationLoss.Measured loss) {
      show(
          new Running(
              now.number(),
              now.training(),
              step,
              now.progress(),
              now.loss(),
              now.stepsPerSecond(),
              Optional.of(loss)));
    }

    @Override
    public void checkpointed(TrainingRun run) {
      // The steps say it.
    }
  }
}
