package org.deftstream.tests.faults;

import java.time.Duration;

/** An orderly stop of the only broker, under load. */
enum BrokerStop implements Disturbance {
  /** The service stays, and goes on when the broker is back. */
  BROKER_STOP("the service stays") {
    @Override
    public Duration strike(Bed bed) throws Exception {
      bed.run(Duration.ofMillis(bed.random().nextInt(1500)));
      bed.single().stop();
      long since = System.nanoTime();
      bed.single().start();
      return bed.awaitProgress(since);
    }
  },

  /** The service is killed while the broker is away, so nobody repairs what was left half done. */
  BROKER_STOP_AND_RESTART("the service is killed and started again") {
    @Override
    public Duration strike(Bed bed) throws Exception {
      bed.run(Duration.ofMillis(bed.random().nextInt(1500)));
      bed.single().stop();
      var names = bed.instances().names();
      for (var name : names) {
        bed.instances().kill(name);
      }
      long since = System.nanoTime();
      bed.single().start();
      for (var name : names) {
        bed.instances().start(name, Bed.CALL);
      }
      return bed.awaitProgress(since);
    }
  };

  private final String description;

  BrokerStop(String description) {
    this.description = description;
  }

  @Override
  public String description() {
    return description;
  }
}
