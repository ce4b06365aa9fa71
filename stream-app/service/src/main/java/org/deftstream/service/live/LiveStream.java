package org.deftstream.service.live;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.deftstream.messaging.http.EventStream;

/**
 * What a viewer of the live page is sent: records as they are answered, counters some times a
 * second and the rest of the instance's state about once, made once for all viewers and only while
 * there are some. A viewer is served for some seconds and comes again with the number of the last
 * record that it has; one that is too slow to take them is dropped by the server. Thread-safe.
 */
final class LiveStream implements EventStream {
  private static final long SESSION_NANOS = 7_000_000_000L;

  /**
   * So old may counters be that a viewer has them within a second of the commit, reconnecting too.
   */
  private static final long COUNTERS_NANOS = 400_000_000L;

  private static final long STATE_NANOS = 1_000_000_000L;

  private final RecentRecords records;
  private final Map<String, State> states = new HashMap<>();
  private final LongSupplier nanos;
  private final String run;
  private final long waitMillis;

  /** What is sent of an instance, made again when it is too old. */
  private static final class State {
    private final Supplier<String> source;
    private final long mostNanos;
    private String made;
    private long madeAt;

    private State(Supplier<String> source, long mostNanos) {
      this.source = source;
      this.mostNanos = mostNanos;
    }

    private String at(long now) {
      if (made == null || now - madeAt >= mostNanos) {
        made = source.get();
        madeAt = now;
      }
      return made;
    }
  }

  /**
   * Makes a stream.
   *
   * @param run names this run of the instance: numbers of another run's records mean nothing here
   * @param counters the name of the event that holds counters
   * @param states what is sent of the instance, by the event's name; several lines are allowed
   * @param nanos a clock of any origin
   * @param waitMillis how long to wait for a record before the state is looked at
   */
  LiveStream(
      RecentRecords records,
      String run,
      String counters,
      Map<String, Supplier<String>> states,
      LongSupplier nanos,
      long waitMillis) {
    this.records = records;
    this.run = run;
    states.forEach(
        (name, source) ->
            this.states.put(
                name, new State(source, name.equals(counters) ? COUNTERS_NANOS : STATE_NANOS)));
    this.nanos = nanos;
    this.waitMillis = waitMillis;
  }

  @Override
  public void serve(Optional<String> last, OutputStream out)
      throws IOException, InterruptedException {
    records.viewer(1);
    try {
      long ends = nanos.getAsLong() + SESSION_NANOS;
      long sent = last.map(this::number).orElse(0L);
      out.write(bytes("retry: 250\n" + event("run", null, run)));
      Map<String, String> told = new HashMap<>();
      while (nanos.getAsLong() < ends) {
        for (var state : current().entrySet()) {
          if (!state.getValue().equals(told.put(state.getKey(), state.getValue()))) {
            out.write(bytes(event(state.getKey(), null, state.getValue())));
          }
        }
        for (var entry : records.after(sent, waitMillis)) {
          sent = entry.sequence();
          out.write(bytes(event(entry.name(), run + "-" + sent, entry.data())));
        }
        out.flush();
      }
    } finally {
      records.viewer(-1);
    }
  }

  /** The number of the last record that a viewer has; 0 for one of another run, or for nonsense. */
  private long number(String id) {
    int cut = id.lastIndexOf('-');
    if (cut < 0 || !id.substring(0, cut).equals(run)) {
      return 0;
    }
    try {
      return Math.max(0, Long.parseLong(id.substring(cut + 1)));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private synchronized Map<String, String> current() {
    long now = nanos.getAsLong();
    Map<String, String> all = new HashMap<>();
    states.forEach((name, state) -> all.put(name, state.at(now)));
    return all;
  }

  /** An event as the standard writes it: each line of the data behind a name of its own. */
  static String event(String name, String id, String data) {
    var text = new StringBuilder("event: ").append(name).append('\n');
    if (id != null) {
      text.append("id: ").append(id).append('\n');
    }
    data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
    return text.append('\n').toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
