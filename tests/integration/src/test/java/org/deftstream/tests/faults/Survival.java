package org.deftstream.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.deftstream.tests.benchmarks.Section;

/**
 * Puts streams through disturbances, one stream after the other on one cluster, and holds what came
 * out to the promises. Used by one thread; to be closed.
 */
final class Survival implements AutoCloseable {
  /** The property: {@code short} or {@code long}; without it nothing runs. */
  static final String FORM = "deftstream.faults";

  private final Path directory;
  private final Duration maxPollInterval;
  private final Cluster cluster;
  private final FaultTable table;
  private int beds;

  /** Starts the cluster; what comes out goes into a section of the page. */
  Survival(Section section, Path directory, Duration maxPollInterval) throws Exception {
    table = new FaultTable(section, isLong());
    this.directory = directory;
    this.maxPollInterval = maxPollInterval;
    cluster = new Cluster(directory);
  }

  /** Whether it is the long form, whose table goes into the page. */
  static boolean isLong() {
    return "long".equals(System.getProperty(FORM));
  }

  /** As many of one kind as are asked for. */
  void survive(Disturbance fault, int number, int partitions, int instances) throws Exception {
    survive(fault.description(), Collections.nCopies(number, fault), partitions, instances);
  }

  /** One after the other in one stream. */
  void survive(String what, List<? extends Disturbance> faults, int partitions, int instances)
      throws Exception {
    long seed = Long.getLong("deftstream.faults.seed", 1) + beds;
    var name = "bed" + beds++;
    var recoveries = new ArrayList<Duration>();
    try (var bed =
        new Bed(
            cluster, name, partitions, instances, maxPollInterval, directory.resolve(name), seed)) {
      for (var fault : faults) {
        recoveries.add(fault.strike(bed));
      }
      var verifier = bed.finish();
      table.add(what, partitions, instances, bed, verifier, recoveries);
      assertThat(verifier.answers()).as("answered").isEqualTo(bed.sent());
      assertThat(verifier.duplicates()).as("answered twice").isZero();
      assertThat(verifier.outOfOrder()).as("out of order").isZero();
      assertThat(verifier.wrong()).as("with other pixels").isZero();
      assertThat(verifier.deadLetters()).as("dead letters").isEqualTo(bed.expectedDeadLetters());
      assertThat(bed.wronglyGone()).as("wrongly gone, or not").isZero();
    }
  }

  /** Prints the table. */
  @Override
  public void close() throws IOException {
    cluster.close();
    table.publish();
  }
}
