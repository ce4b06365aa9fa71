package org.deftstream.cli;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.config.ConnectionKeys;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.messaging.deadletter.DeadLetterAccess;
import org.deftstream.messaging.deadletter.DeadLetterFilter;
import org.deftstream.messaging.deadletter.LetterMeasurements;
import org.deftstream.messaging.deadletter.ReceivedDeadLetter;
import org.deftstream.schemas.Serdes;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which dead letters are meant, and where they are. */
@OptionHeading("Which letters")
final class DlqAccess {
  /** Longer names are nobody's, and would not fit the notes of a replay. */
  private static final int LONGEST_NAME = 256;

  @Mixin private SettingsOptions options;

  @Option(names = "--reason", paramLabel = "CLASS", description = "Class of the error: NoAvro ...")
  private String reason;

  @Option(names = "--task", paramLabel = "TASK", description = "Task of the measurement.")
  private String task;

  @Option(names = "--partition", paramLabel = "N", description = "Partition of the dead letters.")
  private Integer partition;

  @Option(names = "--from", paramLabel = "OFFSET", description = "First offset there.")
  private Long from;

  @Option(names = "--to", paramLabel = "OFFSET", description = "Last offset there.")
  private Long to;

  ServiceSettings settings() {
    return options.read();
  }

  /** Where dead letters are, by these settings. */
  static DeadLetterAccess of(ServiceSettings service) {
    return new DeadLetterAccess(
        service.consumerConfig(),
        service.producerConfig(),
        serdes(service),
        service.topics(),
        service.get(ServiceKeys.APPLICATION_ID),
        service.get(ServiceKeys.RECORDS_MAX_BYTES),
        service.get(ConnectionKeys.CONNECT_TIMEOUT));
  }

  static Serdes serdes(ServiceSettings service) {
    return Serdes.of(service.registryUrl(), service.connection().registryConfig());
  }

  /** Which are meant. */
  DeadLetterFilter filter() {
    if ((partition != null && partition < 0) || (from != null && from < 0)) {
      throw new UserError("--partition and --from must not be negative");
    }
    requireShort("--reason", reason);
    requireShort("--task", task);
    return new DeadLetterFilter(
        Optional.ofNullable(reason),
        Optional.ofNullable(task),
        partition == null ? OptionalInt.empty() : OptionalInt.of(partition),
        from == null ? OptionalLong.empty() : OptionalLong.of(from),
        to == null ? OptionalLong.empty() : OptionalLong.of(to));
  }

  private static void requireShort(String option, String name) {
    if (name != null && name.length() > LONGEST_NAME) {
      throw new UserError(
          "%s has %d characters; at most %d are names of anything"
              .formatted(option, name.length(), LONGEST_NAME));
    }
  }

  boolean accepts(ReceivedDeadLetter letter, LetterMeasurements names) {
    return filter().accepts(letter, names);
  }
}
