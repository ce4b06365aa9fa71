package org.deftstream.devstack.stack;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.deftstream.cli.ShutdownOwner;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.admin.Connection;

/**
 * A real Kafka broker and a real schema registry on this machine, with all their data in one
 * directory: stopped and started again on it, they go on where they were.
 *
 * <pre>{@code
 * try (var stack = EmbeddedStack.start(StackSettings.in(Path.of("data")))) {
 *   new TopicAdmin(stack.connection()).create(Topics.defaults());
 *   ...
 * }
 * }</pre>
 *
 * <p>Every wait has a deadline. Thread safe. Whoever started it closes it, after everything that
 * uses it; {@link #close} may be called more than once. To close it on Ctrl-C as well, hand it to a
 * {@link ShutdownOwner}.
 */
public final class EmbeddedStack implements AutoCloseable {
  private final Path path;
  private final DataDirectory directory;
  private final EmbeddedBroker broker;
  private final EmbeddedRegistry registry;

  private EmbeddedStack(
      Path path, DataDirectory directory, EmbeddedBroker broker, EmbeddedRegistry registry) {
    this.path = path;
    this.directory = directory;
    this.broker = broker;
    this.registry = registry;
  }

  /**
   * Starts both and returns when both answer; leaves nothing running when it fails.
   *
   * @throws UserError when a port is taken, the directory cannot be used or is full, the registry
   *     is not installed, or a deadline passes
   */
  public static EmbeddedStack start(StackSettings settings) {
    var directory = DataDirectory.open(settings.directory());
    EmbeddedRegistry registry = null;
    EmbeddedBroker broker = null;
    try {
      // First what fails more often: a broker that had served meanwhile would have to stop again.
      registry =
          EmbeddedRegistry.start(
              directory.resolve("registry"),
              settings.directory().resolve("registry.log"),
              settings.registryPort(),
              settings.startDeadline());
      broker =
          EmbeddedBroker.start(
              directory.resolve("kafka"),
              settings.directory().resolve("kafka.log"),
              settings.kafkaPort(),
              settings.startDeadline());
      return new EmbeddedStack(settings.directory(), directory, broker, registry);
    } catch (Throwable e) {
      closeAll(broker, registry, directory);
      throw e;
    }
  }

  private static void closeAll(
      EmbeddedBroker broker, EmbeddedRegistry registry, DataDirectory directory) {
    if (broker != null) {
      broker.close();
    }
    if (registry != null) {
      registry.close();
    }
    directory.close();
  }

  /** How to reach both, for administration. */
  public Connection connection() {
    return Connection.to(bootstrapServers(), registryUrl());
  }

  /** Where clients find the broker: {@code 127.0.0.1:PORT}. */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** Where Confluent clients find the registry: {@code schema.registry.url}. */
  public String registryUrl() {
    return registry.url();
  }

  /** Process id of the registry's child process. */
  public long registryPid() {
    return registry.pid();
  }

  /** The directory with all data and logs, absolute. */
  public Path directory() {
    return path;
  }

  /**
   * Waits until a server stops by itself, which a full disk for instance brings about.
   *
   * @throws UserError with the reason
   * @throws InterruptedException when the waiting thread is interrupted
   */
  public void awaitFailure() throws InterruptedException {
    try {
      throw (UserError) CompletableFuture.anyOf(broker.failure(), registry.failure()).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a failure is a value here, never an exception", e);
    }
  }

  /** Stops broker and registry, in bounded time. The data stays. */
  @Override
  public void close() {
    closeAll(broker, registry, directory);
  }
}
