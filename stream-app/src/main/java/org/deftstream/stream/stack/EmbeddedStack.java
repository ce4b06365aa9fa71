package org.deftstream.stream.stack;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.deftstream.deft.UserError;

/**
 * A real Kafka broker and a real schema registry on this machine, with all their data in one
 * directory: stopped and started again on it, they go on where they were.
 *
 * <pre>{@code
 * try (var stack = EmbeddedStack.start(StackSettings.in(Path.of("data")))) {
 *   new TopicAdmin(Connection.to(stack)).create(Topics.defaults());
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
    // Two processes, so both may start at the same time.
    var registry =
        startInParallel(
            () ->
                EmbeddedRegistry.start(
                    directory.resolve("registry"),
                    settings.directory().resolve("registry.log"),
                    settings.registryPort(),
                    settings.startDeadline()));
    EmbeddedBroker broker = null;
    try {
      broker =
          EmbeddedBroker.start(
              directory.resolve("kafka"),
              settings.directory().resolve("kafka.log"),
              settings.kafkaPort(),
              settings.startDeadline());
      return new EmbeddedStack(settings.directory(), directory, broker, registry.join());
    } catch (CompletionException e) {
      closeAll(broker, registry, directory);
      throw e.getCause() instanceof UserError error ? error : e;
    } catch (Throwable e) {
      closeAll(broker, registry, directory);
      throw e;
    }
  }

  private static CompletableFuture<EmbeddedRegistry> startInParallel(
      Supplier<EmbeddedRegistry> start) {
    var result = new CompletableFuture<EmbeddedRegistry>();
    var thread =
        new Thread(() -> result.completeAsync(start, Runnable::run), "embedded-registry-start");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  private static void closeAll(
      EmbeddedBroker broker,
      CompletableFuture<EmbeddedRegistry> registry,
      DataDirectory directory) {
    if (broker != null) {
      broker.close();
    }
    try {
      registry.join().close();
    } catch (CompletionException e) {
      // It did not start, so there is nothing to close.
    }
    directory.close();
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
    broker.close();
    registry.close();
    directory.close();
  }
}
