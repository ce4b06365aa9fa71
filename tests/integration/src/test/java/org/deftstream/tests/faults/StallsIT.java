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
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No record answered twice and none lost without a word, when instances stand still and wake, when
 * the log of measurements is cut, and when consumed offsets are set back.
 *
 * <p>The short form ({@code -Ddeftstream.faults=short}) has one fault of each kind. The long form
 * ({@code -Pfaults}) has as many as the properties {@code deftstream.faults.zombie}, {@code
 * .quiet.zombie}, {@code .stream.thread}, {@code .transaction}, {@code .cut.while.down}, {@code
 * .cut.while.running} and {@code .offsets.back} say, each kind in a stream of its own. It prints a
 * table, and the long form puts it into {@code docs/benchmarks/faults.md}.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@TestMethodOrder(MethodOrderer.MethodName.class)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "processes are stalled by a signal")
@EnabledIfSystemProperty(named = Survival.FORM, matches = "short|long")
class StallsIT {
  /**
   * Longer than a stall in a transaction must be, so that it meets an instance that was not
   * replaced.
   */
  private static final Duration MAX_POLL_INTERVAL = Duration.ofSeconds(20);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path directory;

  private static Survival survival;

  @BeforeAll
  static void start() throws Exception {
    survival = new Survival(Section.STALLS, directory, MAX_POLL_INTERVAL);
  }

  @AfterAll
  static void stop() throws Exception {
    if (survival != null) {
      survival.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Stall.class)
  @EnabledIfSystemProperty(named = Survival.FORM, matches = "long")
  void shouldSurviveManyOf(Stall stall) throws Exception {
    if (stall == Stall.QUIET_ZOMBIE) {
      survival.survive(stall, stall.count(), 1, 1);
    } else {
      survival.survive(stall, stall.count(), 4, 2);
    }
  }

  @ParameterizedTest
  @EnumSource(LogFault.class)
  @EnabledIfSystemProperty(named = Survival.FORM, matches = "long")
  void shouldSurviveManyOf(LogFault fault) throws Exception {
    survival.survive(fault, fault.count(), 4, 2);
  }

  @Test
  @EnabledIfSystemProperty(named = Survival.FORM, matches = "short")
  void shouldSurviveOneOfEachKind() throws Exception {
    survival.survive(
        "one of each",
        List.of(
            Stall.ZOMBIE,
            Stall.STREAM_THREAD,
            Stall.TRANSACTION,
            LogFault.CUT_WHILE_DOWN,
            LogFault.CUT_WHILE_RUNNING,
            LogFault.OFFSETS_BACK),
        4,
        2);
  }

  @Test
  @EnabledIfSystemProperty(named = Survival.FORM, matches = "short")
  void shouldSurviveAQuietZombie() throws Exception {
    survival.survive(Stall.QUIET_ZOMBIE, 1, 1, 1);
  }
}
