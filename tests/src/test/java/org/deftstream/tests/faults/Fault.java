package org.deftstream.tests.faults;

import java.time.Duration;

/** What can befall a service. Each is inflicted on a bed in work, and is over when it returns. */
enum Fault {
  /** An instance is killed at a random moment, and started again. */
  KILL("kill -9 of an instance") {
    @Override
    long inflict(Bed bed) throws Exception {
      var instances = bed.instances();
      var victim = instances.get(bed.random().nextInt(instances.size()));
      bed.run(Duration.ofMillis(bed.random().nextInt(1500)));
      bed.killInstance(victim);
      long since = System.nanoTime();
      bed.startInstance(victim);
      return since;
    }
  },

  /** An instance joins, takes over partitions, and leaves again: gracefully, or killed. */
  REBALANCE("rebalance: an instance joins and leaves") {
    @Override
    long inflict(Bed bed) throws Exception {
      bed.startInstance("guest");
      bed.run(Duration.ofMillis(4_000 + bed.random().nextInt(3_000)));
      long since = System.nanoTime();
      if (bed.random().nextBoolean()) {
        bed.stopInstance("guest");
      } else {
        bed.killInstance("guest");
      }
      return since;
    }
  },

  /** A broker is stopped cleanly and started again. */
  BROKER_RESTART("restart of a broker") {
    @Override
    long inflict(Bed bed) throws Exception {
      bed.cluster().awaitWhole(bed.measurements());
      int node = bed.random().nextInt(Cluster.NODES);
      long since = System.nanoTime();
      bed.cluster().stopNode(node);
      bed.cluster().startNode(node);
      return since;
    }
  },

  /** The leader of a partition of measurements is killed, and comes back after a while. */
  LEADER_LOSS("loss of a leader") {
    @Override
    long inflict(Bed bed) throws Exception {
      bed.cluster().awaitWhole(bed.measurements());
      int node = bed.cluster().leader(bed.anyPartition());
      long since = System.nanoTime();
      bed.cluster().killNode(node);
      bed.awaitProgress(since);
      bed.cluster().startNode(node);
      return since;
    }
  },

  /** The schema registry goes away for some seconds, while an instance has to start. */
  REGISTRY_OUTAGE("outage of the registry") {
    @Override
    long inflict(Bed bed) throws Exception {
      var victim = bed.instances().get(0);
      bed.cluster().stopRegistry();
      bed.killInstance(victim);
      bed.startInstance(victim);
      bed.run(Duration.ofSeconds(5));
      long since = System.nanoTime();
      bed.cluster().startRegistry();
      return since;
    }
  };

  private final String description;

  Fault(String description) {
    this.description = description;
  }

  /** Its name in the table. */
  String description() {
    return description;
  }

  /** How many of it a run has, unless a property says otherwise. */
  int count() {
    var property =
        "deftstream.faults." + name().toLowerCase(java.util.Locale.ROOT).replace('_', '.');
    return Integer.getInteger(property, 1);
  }

  /**
   * Lets it happen.
   *
   * @return the time of {@link System#nanoTime} from which recovery is counted
   */
  abstract long inflict(Bed bed) throws Exception;
}
