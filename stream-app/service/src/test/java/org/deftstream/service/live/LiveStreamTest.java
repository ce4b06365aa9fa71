package org.deftstream.service.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.RejectedRecordException.Stage;
import org.junit.jupiter.api.Test;

class LiveStreamTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger tasks = new AtomicInteger();
  private final RecentRecords records = new RecentRecords(true, now::get);

  /** Each look at the clock takes half a second. */
  private final LiveStream stream =
      new LiveStream(
          records,
          "run",
          "metrics",
          Map.of(
              "metrics",
              () -> {
                made.incrementAndGet();
                return "a 1.0\nb 2.0";
              },
              "tasks",
              () -> "task " + tasks.incrementAndGet()),
          () -> now.getAndAdd(SECOND / 2),
          1);

  private String served(String last) throws Exception {
    var out = new ByteArrayOutputStream();
    stream.serve(Optional.ofNullable(last), out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private void reject(String reason) {
    records.rejected(
        1, 2, new RejectedRecordException(Stage.DECODE, reason, "line\nevent: forged"));
  }

  @Test
  void shouldSendWhatAViewerHasNotSeen() throws Exception {
    reject("First");
    reject("Second");

    assertThat(served(null)).contains("id: run-1\n", "First", "id: run-2\n", "Second");
    assertThat(served("run-1")).doesNotContain("First").contains("Second");
    assertThat(served("run-2")).doesNotContain("Second");
    for (String nonsense : new String[] {"other-2", "run-", "run-x", "-", "", "run--9"}) {
      assertThat(served(nonsense)).as(nonsense).contains("First", "Second");
    }
  }

  @Test
  void shouldSayOnceWhatHasNotChangedAndEndByItself() throws Exception {
    String text = served(null);

    assertThat(text).startsWith("retry: 250\nevent: run\ndata: run\n\n");
    assertThat(text.split("event: metrics\ndata: a 1.0\ndata: b 2.0\n\n", -1)).hasSize(2);
    assertThat(made.get()).isBetween(2, 8);
    assertThat(text).contains("data: task 1\n", "data: task 2\n");
    assertThat(records.watched()).isFalse();
  }

  /** Counters are to be a second old at most, also when a viewer has just come again. */
  @Test
  void shouldMakeCountersMoreOftenThanTheRest() throws Exception {
    var fine = new AtomicLong();
    var counters = new AtomicInteger();
    var rest = new AtomicInteger();
    new LiveStream(
            records,
            "run",
            "metrics",
            Map.of(
                "metrics",
                () -> "" + counters.incrementAndGet(),
                "state",
                () -> "" + rest.incrementAndGet()),
            () -> fine.getAndAdd(SECOND / 20),
            1)
        .serve(Optional.empty(), new ByteArrayOutputStream());

    assertThat(rest.get()).isBetween(6, 8);
    assertThat(counters.get()).isGreaterThanOrEqualTo(2 * rest.get());
  }

  @Test
  void shouldNotLetTextBecomeAnEvent() throws Exception {
    reject("A");
    assertThat(served(null)).doesNotContain("\nevent: forged");
  }
}
