package org.deftstream.service;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.messaging.http.HttpPages;
import org.deftstream.messaging.http.Reply;
import org.deftstream.schemas.avro.AdapterStatus;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.control.ServedTasks;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.ledger.AdmissionController;
import org.deftstream.service.ledger.LedgerStatistics;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.live.LivePage;
import org.deftstream.service.live.RecentRecords;
import org.deftstream.service.metrics.ServiceMetrics;
import org.deftstream.service.topology.ReconstructionListener;

/**
 * What an instance shows of itself: metrics, health, adapters and the live page, over HTTP if it is
 * asked for. Opened before the parts that it watches and closed after them. Thread-safe.
 */
final class Monitoring implements AutoCloseable {
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final ServiceMetrics metrics = new ServiceMetrics();
  private final StreamPulse pulse = new StreamPulse();
  private final Health health = new Health(pulse);
  private final Optional<HttpPages> http;
  private final RecentRecords records;
  private final LivePage page;
  private final ReconstructionListener listener = new Both();
  private volatile ServedTasks tasks;

  /** Opens it; the pages answer from now on. */
  Monitoring(ServiceOptions options) {
    String instance = options.instance();
    metrics.watchState("live", "Whether the instance lives", () -> health.dead().isEmpty());
    metrics.watchState("ready", "Whether the instance is ready", () -> health.unready().isEmpty());
    records =
        new RecentRecords(options.http().filter(HttpAddress::closed).isPresent(), System::nanoTime);
    page =
        new LivePage(
            instance,
            records,
            metrics::scrape,
            () ->
                Optional.ofNullable(tasks).map(each -> AdaptersPage.of(instance, each.statuses())),
            health::unready);
    Map<String, Supplier<Reply>> pages = new HashMap<>(page.pages());
    pages.put("/metrics", () -> new Reply(200, PROMETHEUS, metrics.scrape()));
    pages.put("/health/live", health::live);
    pages.put("/health/ready", health::ready);
    pages.put("/adapters", () -> adapters(instance));
    try {
      http =
          options
              .http()
              .map(at -> HttpPages.start(at.host(), at.port(), at.token(), pages, page.streams()));
    } catch (RuntimeException e) {
      metrics.close();
      throw e;
    }
  }

  private Reply adapters(String instance) {
    return tasks == null
        ? Reply.text(503, "the control plane is not started yet")
        : Reply.json(200, AdaptersPage.of(instance, tasks.statuses()));
  }

  void watch(Engine engine) {
    metrics.watch(engine);
    health.watch(engine);
  }

  void watch(ServedTasks opened) {
    tasks = opened;
    metrics.watchTasks(opened::views);
    metrics.watchControl(opened::counts);
    health.watch(opened);
  }

  void watch(LedgerStatistics statistics, AdmissionController admission) {
    metrics.watch(statistics, admission);
  }

  /** To be told of what the stream threads do. */
  StreamPulse pulse() {
    return pulse;
  }

  void watch(StreamsView streams, BrokerWatch brokers, String measurements) {
    health.watch(brokers);
    health.watch(streams);
    metrics.watchLag(
        () -> {
          // A partition that went to another instance since it was counted is counted there.
          var owned = streams.partitions(measurements);
          Map<TopicPartition, Long> lag = new HashMap<>();
          brokers
              .waiting()
              .forEach(
                  (partition, waiting) -> {
                    if (owned.contains(partition)) {
                      lag.put(new TopicPartition(measurements, partition), waiting);
                    }
                  });
          return lag;
        });
  }

  /** Adds what all instances report; the call may take seconds. */
  void watch(Callable<? extends Collection<AdapterStatus>> reports) {
    page.watch(reports);
  }

  void closing() {
    health.closing();
  }

  /** To be told of what became of measurements. */
  ReconstructionListener listener() {
    return listener;
  }

  private final class Both implements ReconstructionListener {
    @Override
    public void reconstructed(ServingMethod method, Reconstruction result) {
      metrics.listener().reconstructed(method, result);
    }

    @Override
    public void answered(
        Measurement measurement, org.deftstream.schemas.avro.Reconstruction answer) {
      records.answered(measurement, answer);
    }

    @Override
    public void rejected(int partition, long offset, RejectedRecordException reason) {
      records.rejected(partition, offset, reason);
    }
  }

  /** All metrics in Prometheus' text format. */
  String scrape() {
    return metrics.scrape();
  }

  /** Where the pages are, if they are served. */
  Optional<String> url() {
    return http.map(HttpPages::url);
  }

  /** Port of the pages, if they are served. */
  OptionalInt port() {
    return http.map(pages -> OptionalInt.of(pages.port())).orElse(OptionalInt.empty());
  }

  @Override
  public void close() {
    http.ifPresent(HttpPages::close);
    page.close();
    metrics.close();
  }
}
