package org.deftstream.trainer.serve;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deftstream.schemas.PrintableText;
import org.deftstream.trainer.pairs.Pair;
import org.deftstream.trainer.pairs.PairReader;
import org.deftstream.trainer.pairs.TaskCatalog;
import org.deftstream.trainer.pairs.TrainValidationSplit;
import org.deftstream.trainer.refresh.RefreshPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The states of all tasks, opened when something comes for them. Thread-safe; closes the states.
 */
final class TaskStates implements PairReader.Sink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TaskStates.class);

  /** Longest name of others in a line of the log. */
  private static final int LONGEST = 300;

  private final TaskCatalog tasks;
  private final WindowSettings settings;
  private final TrainValidationSplit split;
  private final RefreshPolicy policy;
  private final Clock clock;
  private final Map<String, TaskTrainingState> states = new TreeMap<>();
  private String topic = "";

  TaskStates(
      TaskCatalog tasks,
      WindowSettings settings,
      TrainValidationSplit split,
      RefreshPolicy policy,
      Clock clock) {
    this.tasks = tasks;
    this.settings = settings;
    this.split = split;
    this.policy = policy;
    this.clock = clock;
  }

  @Override
  public synchronized void begins(String topicId) {
    if (!topicId.equals(topic)) {
      // The topic is the buffer: what was deleted with it is not learned from any more.
      close();
      topic = topicId;
    }
  }

  /** Id of the topic that the pairs come from; empty before reading has begun. */
  synchronized String topic() {
    return topic;
  }

  @Override
  public synchronized void pair(Pair pair, long timestamp, int partition, long offset) {
    state(pair.task()).add(pair, timestamp, partition, offset);
  }

  @Override
  public synchronized void command(String task, int partition, long offset) {
    if (isKnown(task)) {
      state(task).command(partition, offset);
    } else {
      LOG.warn(
          "a refresh of task '{}' is asked for, which is not known or cannot be used",
          PrintableText.line(task, LONGEST));
    }
  }

  private boolean isKnown(String task) {
    try {
      return tasks.find(task).isPresent();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private TaskTrainingState state(String name) {
    return states.computeIfAbsent(
        name,
        key ->
            new TaskTrainingState(
                tasks.find(key).orElseThrow(), topic, settings, split, policy, clock));
  }

  /**
   * Closes the states of tasks that were redefined: their pairs are to be read again.
   *
   * @return whether there were any
   */
  synchronized boolean renew() {
    boolean any = false;
    for (String name : tasks.renew()) {
      var state = states.remove(name);
      if (state != null) {
        LOG.info("task {} was redefined: its pairs are read again", name);
        state.close();
        any = true;
      }
    }
    return any;
  }

  /** The states of all tasks, those included that may begin without a pair. */
  synchronized Collection<TaskTrainingState> all() {
    if (policy.coldSamples() > 0 && !topic.isEmpty()) {
      var bare = tasks.withoutAdapter();
      bare.forEach(this::state);
      states.values().forEach(state -> state.bare(bare.contains(state.task().name())));
    }
    return List.copyOf(states.values());
  }

  @Override
  public synchronized void close() {
    states.values().forEach(TaskTrainingState::close);
    states.clear();
  }
}
