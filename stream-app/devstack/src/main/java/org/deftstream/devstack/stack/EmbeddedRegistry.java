package org.deftstream.devstack.stack;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.admin.SchemaAdmin;

/**
 * A real schema registry (Apicurio, through its Confluent-compatible API) in a child process,
 * listening on the loopback address. Schemas and their ids are kept in a file database in its
 * directory, so records that were written before a restart can be read after it. The global
 * compatibility rule is FULL_TRANSITIVE.
 *
 * <p>The child ends with this process, even if this process is killed: see {@link RegistryChild}.
 *
 * <p>Thread safe. Whoever started it closes it; {@link #close} may be called more than once.
 */
public final class EmbeddedRegistry implements AutoCloseable {
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(15);
  private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
  private static final int ATTEMPTS = 3;
  private static final String NAME = "schema registry";
  private static final String OPTION = "--registry-port";

  private final Process process;
  private final String url;
  private final Path log;
  private final CompletableFuture<UserError> failure = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedRegistry(Process process, String url, Path log) {
    this.process = process;
    this.url = url;
    this.log = log;
  }

  /**
   * Starts a registry and returns when it answers.
   *
   * @param directory its database and working files; must exist and be writable
   * @param log the file that its output is appended to
   * @param port TCP port, or 0 for a free one
   * @param deadline the longest the start may take
   * @throws UserError when the registry is not installed, the port is taken, the child ends or the
   *     deadline passes; the message names the log
   */
  public static EmbeddedRegistry start(Path directory, Path log, int port, Duration deadline) {
    var runner = RegistryHome.runnerJar();
    for (var attempt = 1; ; attempt++) {
      var chosen = Ports.choose(port, NAME, OPTION);
      var registry = launch(runner, directory, log, chosen);
      try {
        registry.awaitReady(deadline);
        registry.watch();
        return registry;
      } catch (UserError | Error e) {
        // A child that ended at once may have lost its free port to somebody faster.
        var retry =
            e instanceof UserError
                && port == 0
                && attempt < ATTEMPTS
                && !registry.process.isAlive()
                && ServerLog.saysPortTaken(log);
        registry.close();
        if (!retry) {
          throw e;
        }
      }
    }
  }

  private static EmbeddedRegistry launch(Path runner, Path directory, Path log, int port) {
    try {
      ServerLog.rotate(log);
      var command = RegistryCommand.of(runner, directory, port);
      var process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new EmbeddedRegistry(process, "http://127.0.0.1:" + port + "/apis/ccompat/v7", log);
    } catch (IOException e) {
      throw new UserError("cannot start the schema registry in " + directory + " (" + e + ")", e);
    }
  }

  private void awaitReady(Duration deadline) {
    var end = System.nanoTime() + deadline.toNanos();
    var client = HttpClient.newBuilder().connectTimeout(PROBE_TIMEOUT).build();
    try {
      while (!setCompatibility(client)) {
        if (!process.isAlive()) {
          throw new UserError(
              "the schema registry ended with exit code "
                  + process.exitValue()
                  + " while it started"
                  + ServerLog.tail(log));
        }
        if (System.nanoTime() > end) {
          throw new UserError(
              "the schema registry did not start within "
                  + deadline.toSeconds()
                  + " s"
                  + ServerLog.tail(log));
        }
        process.waitFor(PROBE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("the start of the schema registry was interrupted", e);
    }
  }

  /** Sets the rule, which is also the proof that the registry can answer and write. */
  private boolean setCompatibility(HttpClient client) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(url + "/config"))
            .timeout(PROBE_TIMEOUT)
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .PUT(
                BodyPublishers.ofString(
                    "{\"compatibility\":\"" + SchemaAdmin.COMPATIBILITY + "\"}"))
            .build();
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      // Not listening yet.
      return false;
    }
  }

  private void watch() {
    process
        .onExit()
        .thenAccept(
            ended -> {
              if (!closed.get()) {
                failure.complete(
                    new UserError(
                        "the schema registry stopped by itself with exit code "
                            + ended.exitValue()
                            + ServerLog.tail(log)));
              }
            });
  }

  /** Address for Confluent clients, the {@code schema.registry.url}. */
  public String url() {
    return url;
  }

  /** Process id of the child. */
  public long pid() {
    return process.pid();
  }

  /** Completes, with the reason, if the registry stops by itself; never completes otherwise. */
  public CompletableFuture<UserError> failure() {
    return failure;
  }

  /** Stops the child cleanly, or by force after a bounded wait. Its data stays. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
