package org.deftstream.tests.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.deftstream.schemas.Topics;
import org.deftstream.stream.service.ReconstructionService;
import org.deftstream.stream.service.ServiceOptions;
import org.deftstream.stream.service.ServiceOptions.Membership;

/** An instance of the service as a child JVM. */
final class ServiceProcess {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int MAX_BATCH = 16;

  private ServiceProcess() {}

  /**
   * Starts an instance.
   *
   * @param name prefix of the topics, and application id
   * @param directory state and logs of all instances
   * @param instance name; the same one goes on where it was
   * @param callTime of the prior
   */
  static ChildJvm start(
      Cluster cluster, String name, Path directory, String instance, Duration callTime)
      throws IOException {
    Files.createDirectories(directory);
    return ChildJvm.start(
        ServiceProcess.class,
        directory.resolve(instance + ".log"),
        List.of(
            cluster.bootstrapServers(),
            cluster.registryUrl(),
            name,
            directory.resolve(instance).toString(),
            instance,
            Long.toString(callTime.toMillis())));
  }

  /** The child. */
  public static void main(String[] args) throws IOException {
    var usual =
        ServiceOptions.of(
            ServiceOptions.Connection.of(args[0], args[1]), args[4], Path.of(args[3]), MAX_BATCH);
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
      ChildJvm.awaitParent();
    }
  }
}
