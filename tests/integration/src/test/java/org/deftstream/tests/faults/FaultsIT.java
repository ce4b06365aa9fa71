package org.deftstream.tests.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.deftstream.tests.benchmarks.Section;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No record lost, none answered twice, none out of order, none with other pixels, whatever dies.
 *
 * <p>The short form ({@code -Ddeftstream.faults=short}) has one fault of each kind in one stream.
 * The long form ({@code -Pfaults}) has as many as the properties {@code deftstream.faults.kill},
 * {@code .rebalance}, {@code .broker.restart}, {@code .leader.loss} and {@code .registry.outage}
 * say, each kind in a stream of its own; kills with 1 and 4 partitions and 1 and 3 instances. It
 * prints a table, and the long form puts it into {@code docs/benchmarks/faults.md}. {@code
 * deftstream.faults.seed} draws other moments.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@TestMethodOrder(MethodOrderer.MethodName.class)
@EnabledIfSystemProperty(named = Survival.FORM, matches = "short|long")
class FaultsIT {
  private static final Duration MAX_POLL_INTERVAL = Duration.ofSeconds(60);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path directory;

  private static Survival survival;

  @BeforeAll
  static void start() throws Exception {
    survival = new Survival(Section.FAULTS, directory, MAX_POLL_INTERVAL);
  }

  @AfterAll
  static void stop() throws Exception {
    if (survival != null) {
      survival.close();
    }
  }

  @Test
  void shouldSurviveOneOfEachKind() throws Exception {
    survival.survive("one of each", List.of(Fault.values()), 2, 2);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "4, 1", "1, 3", "4, 3"})
  @EnabledIfSystemProperty(named = Survival.FORM, matches = "long")
  void shouldSurviveManyKills(int partitions, int instances) throws Exception {
    // The four runs share the number.
    survival.survive(Fault.KILL, Math.max(1, Fault.KILL.count() / 4), partitions, instances);
  }

  @ParameterizedTest
  @EnumSource(value = Fault.class, names = "KILL", mode = EnumSource.Mode.EXCLUDE)
  @EnabledIfSystemProperty(named = Survival.FORM, matches = "long")
  void shouldSurviveManyOf(Fault fault) throws Exception {
    survival.survive(fault, fault.count(), 4, 2);
  }
}
