package org.deftstream.devstack.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Where and how the embedded stack runs. Both servers listen on the loopback address only.
 *
 * @param directory holds all data and logs; created where missing; one stack at a time
 * @param kafkaPort TCP port of the broker, or 0 for a free one
 * @param registryPort TCP port of the schema registry, or 0 for a free one
 * @param startDeadline how long each of the two may take to start before it counts as failed
 */
public record StackSettings(
    Path directory, int kafkaPort, int registryPort, Duration startDeadline) {

  /** How long each server may take to start when nothing else is said. */
  public static final Duration DEFAULT_START_DEADLINE = Duration.ofSeconds(90);

  /** Checks the ports' range; the directory is checked when the stack starts. */
  public StackSettings {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(startDeadline, "startDeadline");
    Ports.checkRange(kafkaPort, "Kafka port");
    Ports.checkRange(registryPort, "registry port");
    directory = directory.toAbsolutePath().normalize();
  }

  /** Free ports and the default deadline. */
  public static StackSettings in(Path directory) {
    return new StackSettings(directory, 0, 0, DEFAULT_START_DEADLINE);
  }

  /** Chosen ports (0 = free) and the default deadline. */
  public static StackSettings in(Path directory, int kafkaPort, int registryPort) {
    return new StackSettings(directory, kafkaPort, registryPort, DEFAULT_START_DEADLINE);
  }
}
