package org.deftstream.tests.faults;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.schemas.Topics;
import org.deftstream.service.ReconstructionService;
import org.deftstream.service.ServiceOptions;
import org.deftstream.service.ServiceOptions.Membership;
import org.slf4j.LoggerFactory;

/** An instance of the service as a child JVM. */
final class ServiceProcess {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int MAX_BATCH = 16;
  private static final String REBALANCE_LOG =
      "org.apache.kafka.streams.processor.internals.StreamsRebalanceListener";

  /** The service stopped by itself. */
  static final int EXIT_BY_ITSELF = 8;

  private static volatile boolean ending;

  private ServiceProcess() {}

  /**
   * Starts an instance.
   *
   * @param name prefix of the topics, and application id
   * @param directory state and logs of all instances
   * @param instance name; the same one goes on where it was
   * @param callTime of the prior
   * @param maxPollInterval after which a stream thread that does not poll is replaced
   */
  static ChildJvm start(
      Brokers cluster,
      String name,
      Path directory,
      String instance,
      Duration callTime,
      Duration maxPollInterval)
      throws IOException {
    return start(
        cluster.bootstrapServers(),
        cluster.registryUrl(),
        256,
        name,
        directory,
        instance,
        callTime,
        maxPollInterval);
  }

  /**
   * The same on any broker and registry.
   *
   * @param heap in MiB
   */
  static ChildJvm start(
      String bootstrapServers,
      String registryUrl,
      int heap,
      String name,
      Path directory,
      String instance,
      Duration callTime,
      Duration maxPollInterval)
      throws IOException {
    Files.createDirectories(directory);
    return ChildJvm.start(
        ServiceProcess.class,
        heap,
        directory.resolve(instance + ".log"),
        List.of(
            bootstrapServers,
            registryUrl,
            name,
            directory.resolve(instance).toString(),
            instance,
            Long.toString(callTime.toMillis()),
            Long.toString(maxPollInterval.toMillis())));
  }

  /** The child. */
  public static void main(String[] args) throws IOException {
    // It says there, and only there, that it learned from its group that it was replaced.
    ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(REBALANCE_LOG)).setLevel(Level.INFO);
    var usual =
        ServiceOptions.of(
            connection(args[0], args[1], Path.of(args[3]), args[6]),
            args[4],
            Path.of(args[3]),
            MAX_BATCH);
    var options =
        new ServiceOptions(
            usual.connection(),
            args[2],
            args[4],
            usual.stateDirectory(),
            Topics.withPrefix(args[2] + "."),
            1,
            2,
            usual.engine(),
            usual.admission(),
            usual.ledger(),
            new Membership(Optional.of(args[4]), Duration.ofSeconds(6)),
            usual.maxRecordBytes(),
            Optional.empty());
    var callTime = Duration.ofMillis(Long.parseLong(args[5]));
    try (var service =
        ReconstructionService.start(options, engine -> new FaultModel(callTime), PATIENCE)) {
      service
          .stopped()
          .thenRun(
              () -> {
                if (!ending) {
                  Runtime.getRuntime().halt(EXIT_BY_ITSELF);
                }
              });
      ChildJvm.awaitParent();
      ending = true;
    }
  }

  private static ServiceOptions.Connection connection(
      String bootstrapServers, String registryUrl, Path state, String maxPollInterval) {
    Map<String, Object> streams = new HashMap<>(StreamThreadHold.settings(state));
    streams.put("main.consumer.max.poll.interval.ms", maxPollInterval);
    return new ServiceOptions.Connection(
        bootstrapServers, registryUrl, Map.of(), streams, Map.of(), Map.of(), Map.of());
  }
}
