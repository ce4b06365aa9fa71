package org.deftstream.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.ThreadMetadata;
import org.deftstream.deft.engine.Engine;
import org.deftstream.messaging.http.Reply;
import org.deftstream.service.control.ServedTasks;

/**
 * Whether an instance lives (if not, only a restart helps) and whether it is ready: every desired
 * adapter loaded or refused, partitions owned, brokers that answer, and stream threads that came
 * back from a poll or a commit a moment ago. Told of the parts as they are opened. Thread-safe.
 */
final class Health {
  private volatile Engine engine;
  private volatile ServedTasks tasks;
  private volatile StreamsView streams;
  private volatile BrokerWatch brokers;
  private volatile boolean closing;
  private final StreamPulse pulse;

  Health(StreamPulse pulse) {
    this.pulse = pulse;
  }

  void watch(Engine opened) {
    engine = opened;
  }

  void watch(ServedTasks opened) {
    tasks = opened;
  }

  void watch(StreamsView opened) {
    streams = opened;
  }

  void watch(BrokerWatch opened) {
    brokers = opened;
  }

  /** From now on the instance is not ready. */
  void closing() {
    closing = true;
  }

  /** Why only a restart helps; empty while the instance lives, also while it starts. */
  Optional<String> dead() {
    if (engine != null && engine.broken()) {
      return engine.brokenBy().map(e -> "the engine is broken: " + e.getMessage());
    }
    if (tasks != null && tasks.failure().isPresent()) {
      return tasks.failure().map(e -> "the control plane failed: " + e);
    }
    if (streams != null && streams.state() == KafkaStreams.State.ERROR) {
      return Optional.of("Kafka Streams stopped by itself");
    }
    return pulse.dead();
  }

  /** What is awaited; empty if the instance is ready. */
  Optional<String> unready() {
    var dead = dead();
    if (dead.isPresent()) {
      return dead;
    }
    if (closing) {
      return Optional.of("the instance stops");
    }
    if (tasks == null || !tasks.ready()) {
      return Optional.of("the desired adapters are being loaded");
    }
    if (streams == null || streams.state() != KafkaStreams.State.RUNNING) {
      return Optional.of(streams == null ? "Kafka Streams is not started" : waiting(streams));
    }
    if (brokers != null && !brokers.answers()) {
      return Optional.of(
          "no Kafka broker has answered for more than "
              + BrokerWatch.PATIENCE.toSeconds()
              + " s; records wait");
    }
    return idle(streams.threads());
  }

  /** Which thread does not consume, though Kafka Streams runs. */
  private Optional<String> idle(Iterable<ThreadMetadata> threads) {
    List<String> running = new ArrayList<>();
    int owned = 0;
    for (var thread : threads) {
      // One that was replaced waits for its partitions, and the streams count as running meanwhile.
      if (!thread.threadState().equals("RUNNING")) {
        return Optional.of(
            "a stream thread waits for its partitions; it is " + thread.threadState());
      }
      running.add(thread.threadName());
      owned += thread.activeTasks().size();
    }
    if (owned == 0) {
      return Optional.of(
          "it owns no partition: they are being shared out, or there are more threads and"
              + " instances than partitions");
    }
    return pulse
        .stuck(running)
        .map(
            name ->
                "neither a poll nor a commit of "
                    + name
                    + " came back within "
                    + StreamPulse.PATIENCE.toSeconds()
                    + " s");
  }

  private static String waiting(StreamsView streams) {
    return streams.awaited().orElseGet(() -> "Kafka Streams is " + streams.state());
  }

  /** The page {@code /health/live}. */
  Reply live() {
    return Reply.health("live", dead());
  }

  /** The page {@code /health/ready}. */
  Reply ready() {
    return Reply.health("ready", unready());
  }
}
