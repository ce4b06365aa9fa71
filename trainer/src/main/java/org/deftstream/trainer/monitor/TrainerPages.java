package org.deftstream.trainer.monitor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.deftstream.messaging.http.HttpPages;
import org.deftstream.messaging.http.Reply;
import org.deftstream.trainer.serve.TrainerStatus;

/** What the trainer shows of itself over HTTP. Thread-safe; whoever opened it closes it. */
public final class TrainerPages implements AutoCloseable {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final int OK = 200;

  private final TrainerMetrics metrics;
  private final HttpPages http;

  private TrainerPages(TrainerMetrics metrics, HttpPages http) {
    this.metrics = metrics;
    this.http = http;
  }

  /**
   * Opens the pages {@code /}, {@code /metrics}, {@code /health/live}, {@code /health/ready} and
   * {@code /trainer}.
   *
   * @param directory that of the trainer, which holds the record of every refresh
   * @param token what has to be sent with every request but those for health; empty if nothing
   * @throws org.deftstream.deft.UserError if the address cannot be listened on
   */
  public static TrainerPages open(
      String host, int port, Optional<String> token, TrainerStatus status, Path directory) {
    var metrics = new TrainerMetrics(status);
    Map<String, Supplier<Reply>> pages =
        Map.of(
            "/",
            new TrainerHome(status, directory, token.isPresent() || isOwn(host))::reply,
            "/metrics",
            () -> new Reply(OK, PROMETHEUS, metrics.scrape()),
            "/health/live",
            () -> Reply.health("live", status.reading().dead()),
            "/health/ready",
            () -> Reply.health("ready", status.reading().unready()),
            "/trainer",
            () -> Reply.json(OK, document(status)));
    try {
      return new TrainerPages(metrics, HttpPages.start(host, port, token, pages, Map.of()));
    } catch (RuntimeException e) {
      metrics.close();
      throw e;
    }
  }

  /** Whether a host is reached from this machine alone; whoever asks is then its user. */
  private static boolean isOwn(String host) {
    var address = new InetSocketAddress(host, 0).getAddress();
    return address != null && address.isLoopbackAddress();
  }

  /** Where the pages are: {@code http://host:port}. */
  public String url() {
    return http.url();
  }

  /** The page {@code /trainer}: of every task its pairs, its refresh and the last judgement. */
  static ObjectNode document(TrainerStatus status) {
    var document = JSON.objectNode();
    document.put("accepted", status.accepted()).put("rejected", status.rejected());
    var tasks = document.putObject("tasks");
    status
        .tasks()
        .forEach(
            (task, report) -> {
              var node = tasks.putObject(task);
              node.put("training", report.training()).put("validation", report.validation());
              node.put("fresh", report.fresh()).put("waitsFor", report.waitsFor());
              node.put("next", report.next().map(Instant::toString).orElse(null));
              report.running().ifPresent(run -> running(node.putObject("running"), run));
              report.last().ifPresent(last -> last(node.putObject("last"), last));
            });
    return document;
  }

  private static void running(ObjectNode node, TrainerStatus.Running run) {
    node.put("refresh", run.number()).put("training", run.training()).put("step", run.step());
    node.put("progress", run.progress());
    // JSON has no NaN.
    if (Double.isFinite(run.loss())) {
      node.put("loss", run.loss());
    }
    if (Double.isFinite(run.stepsPerSecond())) {
      node.put("stepsPerSecond", run.stepsPerSecond());
    }
    run.validated()
        .ifPresent(
            measured -> {
              node.put("validationLoss", measured.loss());
              measured.byTime().forEach(node.putArray("validationLossByTime")::add);
            });
  }

  private static void last(ObjectNode node, TrainerStatus.Last last) {
    node.put("refresh", last.number()).put("end", last.outcome().end().name());
    node.put("adapter", last.outcome().adapterId().orElse(null));
    node.put("reason", last.outcome().reason());
    last.judgement().ifPresent(judgement -> node.set("judgement", judgement));
  }

  @Override
  public void close() {
    http.close();
    metrics.close();
  }
}
