package org.deftstream.tests.faults;

import java.time.Duration;

/** What can befall the log of measurements, and the place that was reached in it. */
enum LogFault implements Disturbance {
  /** All are killed; the log is cut, beyond what was consumed too; all start again. */
  CUT_WHILE_DOWN("log cut while all instances are down") {
    @Override
    public Duration strike(Bed bed) throws Exception {
      var names = killAll(bed);
      bed.readToEnd();
      bed.cut(true);
      long since = System.nanoTime();
      for (var name : names) {
        bed.instances().start(name, Bed.CALL);
      }
      return bed.awaitProgress(since);
    }
  },

  /** The log is cut under instances in work, which have records parked and others still to read. */
  CUT_WHILE_RUNNING("log cut under running instances") {
    @Override
    public Duration strike(Bed bed) throws Exception {
      bed.run(Duration.ofMillis(bed.random().nextInt(1500)));
      bed.cut(false);
      return bed.awaitProgress(System.nanoTime());
    }
  },

  /** All are killed; the consumed offsets are set back, half of the time to 0; all start again. */
  OFFSETS_BACK("consumed offsets set back") {
    @Override
    public Duration strike(Bed bed) throws Exception {
      var names = killAll(bed);
      bed.setOffsetsBack();
      long since = System.nanoTime();
      for (var name : names) {
        bed.instances().start(name, Bed.CALL);
      }
      return bed.awaitProgress(since);
    }
  };

  private final String description;

  LogFault(String description) {
    this.description = description;
  }

  private static java.util.List<String> killAll(Bed bed) throws Exception {
    bed.run(Duration.ofMillis(bed.random().nextInt(1500)));
    var names = bed.instances().names();
    for (var name : names) {
      bed.instances().kill(name);
    }
    return names;
  }

  @Override
  public String description() {
    return description;
  }
}
