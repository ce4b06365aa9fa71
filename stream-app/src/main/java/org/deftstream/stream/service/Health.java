package org.deftstream.stream.service;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.deftstream.deft.engine.Engine;
import org.deftstream.stream.http.Reply;

/**
 * Whether an instance lives (if not, only a restart helps) and whether it is ready (every desired
 * adapter loaded or refused, partitions consumed). Told of the parts as they are opened.
 * Thread-safe.
 */
final class Health {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private volatile Engine engine;
  private volatile ServedTasks tasks;
  private volatile KafkaStreams streams;
  private volatile boolean closing;

  void watch(Engine opened) {
    engine = opened;
  }

  void watch(ServedTasks opened) {
    tasks = opened;
  }

  void watch(KafkaStreams opened) {
    streams = opened;
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
    return Optional.empty();
  }

  /** What is awaited; empty if the instance is ready. */
  Optional<String> unready() {
    if (dead().isPresent()) {
      return dead();
    }
    if (closing) {
      return Optional.of("the instance stops");
    }
    if (tasks == null || !tasks.ready()) {
      return Optional.of("the desired adapters are being loaded");
    }
    if (streams == null || streams.state() != KafkaStreams.State.RUNNING) {
      return Optional.of(
          "Kafka Streams is " + (streams == null ? "not started" : streams.state().toString()));
    }
    return Optional.empty();
  }

  /** The page {@code /health/live}. */
  Reply live() {
    return reply("live", dead());
  }

  /** The page {@code /health/ready}. */
  Reply ready() {
    return reply("ready", unready());
  }

  private static Reply reply(String name, Optional<String> why) {
    var document = JsonNodeFactory.instance.objectNode().put(name, why.isEmpty());
    why.ifPresent(reason -> document.put("reason", reason));
    return Reply.json(why.isEmpty() ? OK : UNAVAILABLE, document);
  }
}
