package org.deftstream.trainer.serve;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.trainer.pairs.Pair;
import org.deftstream.trainer.pairs.PairEntry;
import org.deftstream.trainer.pairs.PairSnapshot;
import org.deftstream.trainer.pairs.PairWindow;
import org.deftstream.trainer.pairs.TrainValidationSplit;
import org.deftstream.trainer.refresh.RefreshFiles;
import org.deftstream.trainer.refresh.RefreshPolicy;
import org.deftstream.trainer.refresh.TaskProgress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task as the trainer knows it: its pairs, its commands, how far it has come. Thread-safe;
 * closed by its owner.
 */
final class TaskTrainingState implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TaskTrainingState.class);

  private final Task task;
  private final Path directory;
  private final WindowSettings settings;
  private final TrainValidationSplit split;
  private final RefreshPolicy policy;
  private final Clock clock;
  private final PairWindow window;
  private final Map<Integer, Long> commands = new TreeMap<>();
  private TaskProgress progress;

  /** Whether the task is defined and had never an adapter when that was looked at. */
  private boolean bare;

  /**
   * A state with an empty window.
   *
   * @param topic id of the topic that the pairs come from
   */
  TaskTrainingState(
      Task task,
      String topic,
      WindowSettings settings,
      TrainValidationSplit split,
      RefreshPolicy policy,
      Clock clock) {
    this.task = task;
    this.directory = settings.directory().resolve(Task.fileName(task.name()));
    this.settings = settings;
    this.split = split;
    this.policy = policy;
    this.clock = clock;
    progress = TaskProgress.read(directory).on(topic);
    window = new PairWindow(task, directory.resolve("window.f32"), settings.capacity());
  }

  Task task() {
    return task;
  }

  /**
   * Takes a pair in.
   *
   * @param timestamp the record's, in milliseconds. One that has none, or is of the future, counts
   *     as sent now: it would be too old at once, or the youngest for ever
   */
  void add(Pair pair, long timestamp, int partition, long offset) {
    long now = clock.millis();
    window.add(pair, timestamp < 0 ? now : Math.min(timestamp, now), partition, offset);
  }

  synchronized void command(int partition, long offset) {
    commands.merge(partition, offset, Math::max);
  }

  /** Takes note of whether the task is defined on the control topic and never had an adapter. */
  synchronized void bare(boolean now) {
    bare = now;
  }

  /** Whether a refresh is to begin now, and why, or what it waits for. */
  synchronized RefreshPolicy.Verdict decide() {
    return startsCold()
        ? new RefreshPolicy.Verdict(true, "no adapter and no pair is there, but a prior")
        : policy.decide(situation(), clock.instant());
  }

  /** Once for each definition: what the gate refused would be refused again. */
  private boolean startsCold() {
    return bare
        && policy.coldSamples() > 0
        && window.entries().isEmpty()
        && !RefreshFiles.of(directory, progress.refreshes()).isCold(task);
  }

  /** When a refresh is due by the clock, if new pairs wait for one. */
  Optional<Instant> next(RefreshPolicy.Situation situation) {
    return policy.next(situation);
  }

  /** What there is to decide on. */
  synchronized RefreshPolicy.Situation situation() {
    window.expire(clock.instant().minus(settings.age()));
    var entries = window.entries();
    int validation = (int) entries.stream().filter(this::validates).count();
    var fresh = entries.stream().filter(this::isFresh).toList();
    return new RefreshPolicy.Situation(
        entries.size() - validation,
        validation,
        fresh.size(),
        progress.begun(),
        fresh.stream().findFirst().map(entry -> Instant.ofEpochMilli(entry.timestamp())),
        commands.entrySet().stream()
            .anyMatch(each -> progress.isNew(each.getKey(), each.getValue())));
  }

  private boolean validates(PairEntry entry) {
    return split.validates(entry.series().orElse(entry.id()));
  }

  private boolean isFresh(PairEntry entry) {
    return progress.isNew(entry.partition(), entry.offset());
  }

  /**
   * The refresh that was begun and has not ended, if there is one; one that was begun before the
   * task was redefined is left as it is, and one whose files are damaged begins again with the
   * pairs of now.
   */
  synchronized Optional<Begun> unfinished() {
    if (progress.refreshes() == 0) {
      return Optional.empty();
    }
    var files = RefreshFiles.of(directory, progress.refreshes());
    boolean unfinished;
    try {
      unfinished =
          files.result().isEmpty()
              && (files.isCold(task) || PairSnapshot.exists(files.pairs(), task));
    } catch (UserError e) {
      LOG.warn("refresh {} of task {} begins again: {}", number(), task.name(), e.getMessage());
      boolean cold = files.isCold(task);
      files.delete();
      freeze(files, cold);
      unfinished = true;
    }
    return unfinished ? Optional.of(new Begun(number(), files)) : Optional.empty();
  }

  private int number() {
    return progress.refreshes();
  }

  /**
   * Begins a refresh: freezes the pairs, then notes what it knows. A kill in between begins the
   * same refresh anew.
   *
   * @param positions per partition the offset behind the last record that was read, taken before
   */
  synchronized Begun begin(Map<Integer, Long> positions) {
    boolean cold = startsCold();
    var next = progress.next(clock.instant(), positions);
    var files = RefreshFiles.of(directory, next.refreshes());
    freeze(files, cold);
    next.write(directory);
    progress = next;
    RefreshFiles.forget(directory, next.refreshes(), settings.refreshes());
    return new Begun(next.refreshes(), files);
  }

  /** What a cold start learns from is drawn when it runs: that takes the prior. */
  private void freeze(RefreshFiles files, boolean cold) {
    if (cold) {
      files.writeCold(task);
    } else {
      window.freeze(files.pairs());
    }
  }

  /**
   * A refresh that has begun.
   *
   * @param number counted from 1
   * @param files its directory
   */
  record Begun(int number, RefreshFiles files) {}

  @Override
  public void close() {
    window.close();
  }
}
