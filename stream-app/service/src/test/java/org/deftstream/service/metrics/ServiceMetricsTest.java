package org.deftstream.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.engine.AdmissionBudget;
import org.deftstream.service.control.TaskView;
import org.deftstream.service.ledger.AdmissionController;
import org.deftstream.service.ledger.LedgerStatistics;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceMetricsTest {
  private final ServiceMetrics metrics = new ServiceMetrics();

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void shouldShowWhatTheLedgersCounted() {
    var ledger = new LedgerStatistics();
    metrics.watch(ledger, new AdmissionController(new AdmissionBudget(100), 100, 10));
    ledger.add(Counter.CONSUMED, 3);
    ledger.count(Counter.ANSWERED);
    ledger.countDeadLetter("NoAvro");
    ledger.countDeadLetter("NoAvro");

    assertThat(metrics.scrape().lines())
        .contains(
            "deftstream_records_in_total 3.0",
            "deftstream_records_out_total 1.0",
            "deftstream_dead_letters_total{reason=\"NoAvro\"} 2.0",
            "deftstream_ledger_records 0.0",
            "deftstream_admission_bytes 0.0");

    ledger.countDeadLetter("NoAvro");
    ledger.countDeadLetter("UnknownTask");
    assertThat(metrics.scrape().lines())
        .contains(
            "deftstream_dead_letters_total{reason=\"NoAvro\"} 3.0",
            "deftstream_dead_letters_total{reason=\"UnknownTask\"} 1.0");
  }

  @Test
  void shouldShowWhoServesNowAndForgetWhoServedBefore() {
    var view =
        new TaskView(
            "a/b",
            "p",
            "deft",
            Optional.of("a-1"),
            Optional.of("a-2"),
            0.25,
            Optional.empty(),
            Set.of());
    metrics.watchTasks(() -> List.of(view));
    assertThat(metrics.scrape().lines())
        .contains(
            "deftstream_adapter_serving{adapter=\"a-1\",method=\"deft\",role=\"stable\",task=\"a/b\"}"
                + " 0.75",
            "deftstream_adapter_serving{adapter=\"a-2\",method=\"deft\",role=\"canary\",task=\"a/b\"}"
                + " 0.25");

    var free =
        new TaskView(
            "a/b",
            "p",
            "diffpir",
            Optional.empty(),
            Optional.empty(),
            0,
            Optional.empty(),
            Set.of());
    metrics.watchTasks(() -> List.of(free));
    assertThat(metrics.scrape())
        .contains(
            "deftstream_adapter_serving{adapter=\"none\",method=\"diffpir\",role=\"stable\",task=\"a/b\"}"
                + " 1.0")
        .doesNotContain("a-1");
  }

  @Test
  void shouldShowHowManyMeasurementsWaitAndForgetAPartitionThatIsGone() {
    metrics.watchLag(
        () ->
            Map.of(
                new TopicPartition("measurements", 0),
                7L,
                new TopicPartition("measurements", 1),
                0L));
    assertThat(metrics.scrape().lines().filter(line -> line.startsWith("deftstream_consumer_lag")))
        .containsExactlyInAnyOrder(
            "deftstream_consumer_lag{partition=\"0\",topic=\"measurements\"} 7.0",
            "deftstream_consumer_lag{partition=\"1\",topic=\"measurements\"} 0.0");

    metrics.watchLag(() -> Map.of(new TopicPartition("measurements", 1), 2L));
    assertThat(metrics.scrape().lines().filter(line -> line.startsWith("deftstream_consumer_lag")))
        .containsExactly("deftstream_consumer_lag{partition=\"1\",topic=\"measurements\"} 2.0");
  }

  @Test
  void shouldShowTheJvmAndStates() {
    metrics.watchState("ready", "Whether it is ready", () -> true);

    assertThat(metrics.scrape()).contains("deftstream_ready 1.0", "jvm_memory_used_bytes");
  }

  /** Whoever watches a state passes a lambda that nobody else holds. */
  @Test
  void shouldShowAStateForAsLongAsTheMetricsLive() throws Exception {
    var state = new AtomicBoolean(true);
    metrics.watchState("ready", "Whether it is ready", () -> state.get());
    var unheld = new WeakReference<>(new Object());
    while (unheld.get() != null) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(metrics.scrape().lines()).contains("deftstream_ready 1.0");
  }
}
