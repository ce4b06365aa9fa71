package org.deftstream.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.deftstream.tests.benchmarks.Page;
import org.deftstream.tests.benchmarks.Section;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
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
@EnabledIfSystemProperty(named = FaultsIT.FORM, matches = "short|long")
class FaultsIT {
  static final String FORM = "deftstream.faults";
  private static final FaultTable TABLE = new FaultTable();

  @TempDir static Path directory;
  private static Cluster cluster;
  private static int beds;

  @BeforeAll
  static void start() throws Exception {
    cluster = new Cluster(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
    Section.FAULTS.publish(TABLE.markdown());
    if ("long".equals(System.getProperty(FORM))) {
      Page.update();
    }
  }

  @Test
  void shouldSurviveOneOfEachKind() throws Exception {
    survive("one of each", List.of(Fault.values()), 2, 2);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "4, 1", "1, 3", "4, 3"})
  @EnabledIfSystemProperty(named = FORM, matches = "long")
  void shouldSurviveManyKills(int partitions, int instances) throws Exception {
    // The four runs share the number.
    survive(Fault.KILL, Math.max(1, Fault.KILL.count() / 4), partitions, instances);
  }

  @ParameterizedTest
  @EnumSource(value = Fault.class, names = "KILL", mode = EnumSource.Mode.EXCLUDE)
  @EnabledIfSystemProperty(named = FORM, matches = "long")
  void shouldSurviveManyOf(Fault fault) throws Exception {
    survive(fault, fault.count(), 4, 2);
  }

  private static void survive(Fault fault, int number, int partitions, int instances)
      throws Exception {
    var faults = new ArrayList<Fault>();
    for (int i = 0; i < number; i++) {
      faults.add(fault);
    }
    survive(fault.description(), faults, partitions, instances);
  }

  private static void survive(String what, List<Fault> faults, int partitions, int instances)
      throws Exception {
    long seed = Long.getLong("deftstream.faults.seed", 1) + beds;
    var name = "bed" + beds++;
    var recoveries = new ArrayList<Duration>();
    try (var bed = new Bed(cluster, name, partitions, instances, directory.resolve(name), seed)) {
      for (var fault : faults) {
        recoveries.add(bed.awaitProgress(fault.inflict(bed)));
      }
      var verifier = bed.finish();
      TABLE.add(what, partitions, instances, bed.sent(), verifier, recoveries);
      assertThat(verifier.answers()).as("answered").isEqualTo(bed.sent());
      assertThat(verifier.duplicates()).as("answered twice").isZero();
      assertThat(verifier.outOfOrder()).as("out of order").isZero();
      assertThat(verifier.wrong()).as("with other pixels").isZero();
      assertThat(verifier.deadLetters()).as("dead letters").isEqualTo(bed.sent() / 40);
    }
  }
}
