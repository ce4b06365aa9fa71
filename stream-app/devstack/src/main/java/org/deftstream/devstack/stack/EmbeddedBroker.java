package org.deftstream.devstack.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.lifecycle.Deadline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real single-node KRaft Kafka broker inside this process, listening on the loopback address.
 * Started on a directory that an earlier one used, it goes on with that one's data.
 *
 * <p>Thread safe. Whoever started it closes it; {@link #close} may be called more than once.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 3;
  private static final String HOST = "127.0.0.1";
  private static final String OPTION = "--kafka-port";
  private static final int NODE_ID = 1;

  /**
   * Any constant will do: the data directory, not the id, tells one embedded broker's data apart.
   */
  private static final String CLUSTER_ID = "ZGVmdHN0cmVhbS1sb2NhbA";

  private final KafkaRaftServer server;
  private final BrokerLog log;
  private final int port;
  private final CompletableFuture<UserError> failure;
  private final Consumer<String> exitListener;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedBroker(
      KafkaRaftServer server,
      BrokerLog log,
      int port,
      CompletableFuture<UserError> failure,
      Consumer<String> exitListener) {
    this.server = server;
    this.log = log;
    this.port = port;
    this.failure = failure;
    this.exitListener = exitListener;
  }

  /**
   * Starts a broker and returns when it answers.
   *
   * @param directory its data; must exist and be writable
   * @param log the file that it logs to, at its end
   * @param port TCP port, or 0 for a free one
   * @param deadline the longest the start may take
   * @throws UserError when the port is taken, the data cannot be read or written, or the deadline
   *     passes
   */
  public static EmbeddedBroker start(Path directory, Path log, int port, Duration deadline) {
    for (var attempt = 1; ; attempt++) {
      var chosen = Ports.choose(port, "Kafka broker", OPTION);
      try {
        return startOn(directory, log, chosen, deadline);
      } catch (BindException e) {
        // Somebody was faster between the choice of the port and its use.
        if (port != 0 || attempt == ATTEMPTS) {
          throw Ports.taken(chosen, "Kafka broker", OPTION, e);
        }
      }
    }
  }

  private static EmbeddedBroker startOn(Path directory, Path logFile, int port, Duration deadline)
      throws BindException {
    var failure = new CompletableFuture<UserError>();
    Consumer<String> exitListener =
        reason ->
            failure.complete(
                new UserError(
                    "the embedded Kafka broker stopped by itself ("
                        + reason
                        + "): "
                        + DataDirectory.describeRoom(directory)
                        + "; its log is "
                        + logFile));
    BrokerExit.listen(exitListener);
    KafkaRaftServer[] server = new KafkaRaftServer[1];
    BrokerLog log = null;
    try {
      log = BrokerLog.to(logFile);
      Deadline.run(
          "embedded-broker-start",
          deadline,
          () -> {
            var controllerPort = Ports.choose(0, "Kafka controller", OPTION);
            var properties = properties(directory, port, controllerPort);
            format(directory);
            StaleRegistration.remove(
                directory,
                NODE_ID,
                controllerOnly(properties, controllerPort),
                HOST + ":" + controllerPort);
            server[0] = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
            server[0].startup();
            return null;
          });
      return new EmbeddedBroker(server[0], log, port, failure, exitListener);
    } catch (Throwable e) {
      BrokerExit.forget(exitListener);
      stop(server[0]);
      if (log != null) {
        log.close();
      }
      throw explain(e, directory, deadline, failure);
    }
  }

  private static void format(Path directory) throws Exception {
    var formatter = new Formatter();
    formatter
        .setNodeId(NODE_ID)
        .setClusterId(CLUSTER_ID)
        .setDirectories(List.of(directory.toString()))
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setIgnoreFormatted(true)
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
        .run();
  }

  private static Properties properties(Path directory, int port, int controllerPort) {
    var properties = new Properties();
    properties.putAll(
        Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", Integer.toString(NODE_ID)),
            Map.entry("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort),
            Map.entry("controller.listener.names", "CONTROLLER"),
            Map.entry(
                "listeners",
                "PLAINTEXT://"
                    + HOST
                    + ":"
                    + port
                    + ",CONTROLLER://"
                    + HOST
                    + ":"
                    + controllerPort),
            Map.entry("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port),
            Map.entry("inter.broker.listener.name", "PLAINTEXT"),
            Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
            Map.entry("log.dirs", directory.toString()),
            // One node holds everything; few partitions start and stop faster.
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("offsets.topic.num.partitions", "8"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("transaction.state.log.num.partitions", "8"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            // Topics are created on purpose, with their settings, never by a misspelled name.
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            // It would take the leader from every partition while transactions still commit.
            Map.entry("controlled.shutdown.enable", "false"),
            // A transaction left open by a killed process otherwise lingers for up to 10 s more.
            Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "2000"),
            Map.entry("log.cleaner.dedupe.buffer.size", "8388608"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "4"),
            Map.entry("background.threads", "2")));
    return properties;
  }

  /** The same node without its broker. */
  private static Properties controllerOnly(Properties node, int controllerPort) {
    var properties = new Properties();
    properties.putAll(node);
    properties.put("process.roles", "controller");
    properties.put("listeners", "CONTROLLER://" + HOST + ":" + controllerPort);
    properties.remove("advertised.listeners");
    properties.remove("inter.broker.listener.name");
    return properties;
  }

  private static UserError explain(
      Throwable error, Path directory, Duration deadline, CompletableFuture<UserError> failure)
      throws BindException {
    if (error instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      return new UserError("the start of the embedded Kafka broker was interrupted", error);
    }
    if (error instanceof TimeoutException) {
      return new UserError(
          "the embedded Kafka broker did not start within "
              + deadline.toSeconds()
              + " s in "
              + directory,
          error);
    }
    for (var cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException bind) {
        throw bind;
      }
      if (cause instanceof IOException) {
        return new UserError(
            "the embedded Kafka broker cannot use its directory: "
                + cause
                + "; "
                + DataDirectory.describeRoom(directory),
            error);
      }
    }
    var known = failure.getNow(null);
    return known != null
        ? known
        : new UserError("the embedded Kafka broker did not start: " + error, error);
  }

  /** Host and port for clients: {@code 127.0.0.1:PORT}. */
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  /** Completes, with the reason, if the broker stops by itself; never completes otherwise. */
  public CompletableFuture<UserError> failure() {
    return failure;
  }

  /**
   * Stops the broker in order, in bounded time: what is committed is written and stays. Clients
   * that still write lose nothing; see {@link StaleRegistration}.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      stop(server);
      BrokerExit.forget(exitListener);
      log.close();
    }
  }

  private static void stop(KafkaRaftServer server) {
    if (server == null) {
      return;
    }
    try {
      Deadline.run(
          "embedded-broker-stop",
          STOP_DEADLINE,
          () -> {
            server.shutdown();
            server.awaitShutdown();
            return null;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      LOG.warn("The embedded Kafka broker did not stop cleanly", e);
    }
  }
}
