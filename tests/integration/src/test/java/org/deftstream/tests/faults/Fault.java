package org.deftstream.tests.faults;

import java.time.Duration;

/** Deaths of instances, brokers and the registry. */
enum Fault implements Disturbance {
  /** An instance is killed at a random moment, and started again. */
  KILL("kill -9 of an instance") {
    @Override
    long inflict(Bed bed) throws Exception {
      var names = bed.instances().names();
      var victim = names.get(bed.random().nextInt(names.size()));
      bed.run(Duration.ofMillis(bed.random().nextInt(1500)));
      bed.instances().kill(victim);
      long since = System.nanoTime();
      bed.instances().start(victim, Bed.CALL);
      return since;
    }
  },

  /** An instance joins, takes over partitions, and leaves again: gracefully, or killed. */
  REBALANCE("rebalance: an instance joins and leaves") {
    @Override
    long inflict(Bed bed) throws Exception {
      bed.instances().start("guest", Bed.CALL);
      bed.run(Duration.ofMillis(4_000 + bed.random().nextInt(3_000)));
      long since = System.nanoTime();
      if (bed.random().nextBoolean()) {
        bed.instances().stop("guest");
      } else {
        bed.instances().kill("guest");
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
      var victim = bed.instances().names().get(0);
      bed.cluster().stopRegistry();
      bed.instances().kill(victim);
      bed.instances().start(victim, Bed.CALL);
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

  @Override
  public String description() {
    return description;
  }

  @Override
  public Duration strike(Bed bed) throws Exception {
    return bed.awaitProgress(inflict(bed));
  }

  /**
   * Lets it happen.
   *
   * @return the time of {@link System#nanoTime} from which recovery is counted
   */
  abstract long inflict(Bed bed) throws Exception;
}
