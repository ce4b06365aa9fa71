package org.deftstream.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.deftstream.tests.benchmarks.Page;
import org.deftstream.tests.benchmarks.Section;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A single broker that is stopped in order loses no transaction marker, whatever is under way.
 *
 * <p>Two stops of each kind; in the long form ({@code -Pfaults}) as many as the properties {@code
 * deftstream.faults.broker.stop} and {@code deftstream.faults.broker.stop.and.restart} say. It
 * prints a table, and the long form puts it into {@code docs/benchmarks/faults.md}.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Survival.FORM, matches = "short|long")
class BrokerStopsIT {
  private static final int SHORT = 2;
  private static final int PARTITIONS = 2;
  private static final String HEAD =
      """
      | after a stop | stops | records | lost | duplicated | out of order | wrong pixels | hanging transactions | recovery, median | worst |
      |---|---|---|---|---|---|---|---|---|---|
      """;

  private static final Map<BrokerStop, String> ROWS = new TreeMap<>();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path directory;

  @AfterAll
  static void publish() throws Exception {
    Section.BROKER_STOPS.publish(HEAD + String.join("", ROWS.values()));
    if (Survival.isLong()) {
      Page.update();
    }
  }

  @ParameterizedTest
  @EnumSource(BrokerStop.class)
  void shouldLoseNothingWhenTheOnlyBrokerIsStopped(BrokerStop stop) throws Exception {
    int number = Survival.isLong() ? stop.count() : SHORT;
    long seed = Long.getLong("deftstream.faults.seed", 1) + stop.ordinal();
    try (var broker = new SingleBroker(directory.resolve("broker"))) {
      List<Duration> recoveries = new ArrayList<>();
      Verifier verifier;
      long sent;
      try (var bed =
          new Bed(
              broker,
              "stops" + stop.ordinal(),
              PARTITIONS,
              1,
              Duration.ofSeconds(60),
              directory.resolve("bed"),
              seed)) {
        for (int i = 0; i < number; i++) {
          recoveries.add(stop.strike(bed));
        }
        verifier = bed.finish();
        sent = bed.sent();
        bed.instances().names().forEach(bed.instances()::stop);
      }
      var hanging = broker.hangingTransactions();
      recoveries.sort(null);
      ROWS.put(
          stop,
          "| %s | %d | %d | %d | %d | %d | %d | %d | %s | %s |%n"
              .formatted(
                  stop.description(),
                  number,
                  sent,
                  sent - verifier.answers(),
                  verifier.duplicates(),
                  verifier.outOfOrder(),
                  verifier.wrong(),
                  hanging.size(),
                  seconds(recoveries.get(number / 2)),
                  seconds(recoveries.get(number - 1))));
      assertThat(verifier.answers()).as("answered").isEqualTo(sent);
      assertThat(verifier.duplicates()).as("answered twice").isZero();
      assertThat(verifier.outOfOrder()).as("out of order").isZero();
      assertThat(verifier.wrong()).as("with other pixels").isZero();
      assertThat(hanging).as("hold a transaction that nobody ends").isEmpty();
    }
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
  }
}
