package org.deftstream.service.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.deftstream.deft.html.HtmlPage;
import org.deftstream.messaging.http.EventStream;
import org.deftstream.messaging.http.FixedPage;
import org.deftstream.messaging.http.Reply;
import org.deftstream.schemas.avro.AdapterStatus;

/**
 * The live page: a document, its style, its script, and the events that fill it. Its figures are
 * those of {@code /metrics}, sent as they stand there. Thread-safe; whoever made it closes it.
 */
public final class LivePage implements AutoCloseable {
  /** Where the events are. */
  public static final String EVENTS = "/live/events";

  private static final String OWN_METRICS = "deftstream_";
  private static final String METRICS = "metrics";
  private static final long WAIT_MILLIS = 200;
  private static final int MOST_LINES = 3_000;

  private final RecentRecords records;
  private final Map<String, Supplier<String>> states = new HashMap<>();
  private final String run;
  private volatile Optional<Instances> instances = Optional.empty();

  /**
   * Makes the page.
   *
   * @param instance name of the instance
   * @param records what is shown of its records
   * @param metrics all metrics in Prometheus' text format
   * @param tasks what is asked of each task, what is served, and the history
   * @param unready what is awaited; empty if the instance is ready
   */
  public LivePage(
      String instance,
      RecentRecords records,
      Supplier<String> metrics,
      Supplier<Optional<JsonNode>> tasks,
      Supplier<Optional<String>> unready) {
    this.records = records;
    var number = new byte[6];
    new SecureRandom().nextBytes(number);
    run = HexFormat.of().formatHex(number);
    states.put(METRICS, () -> own(metrics.get()));
    states.put("tasks", () -> tasks.get().map(JsonNode::toString).orElse("{\"tasks\":[]}"));
    states.put(
        "state",
        () ->
            JsonNodeFactory.instance
                .objectNode()
                .put("instance", instance)
                .put("showsRecords", records.shows())
                .put("unready", unready.get().orElse(null))
                .toString());
    states.put("instances", () -> instances.map(each -> each.json().toString()).orElse("{}"));
  }

  /** Adds what all instances report; the call may take seconds. */
  public void watch(Callable<? extends Collection<AdapterStatus>> reports) {
    instances = Optional.of(new Instances(reports, System::nanoTime));
  }

  /** The lines that are this project's, without their help; a great many buckets are left out. */
  static String own(String metrics) {
    var lines = metrics.lines().filter(line -> line.startsWith(OWN_METRICS)).toList();
    return lines.stream()
        .filter(line -> lines.size() <= MOST_LINES || !line.contains("_bucket{"))
        .limit(MOST_LINES)
        .collect(Collectors.joining("\n"));
  }

  /** The documents, by path. */
  public Map<String, Supplier<Reply>> pages() {
    return Map.of(
        "/", file("live.html", "text/html; charset=utf-8"),
        "/live.js", file("live.js", "text/javascript; charset=utf-8"),
        "/live.css", file("live.css", "text/css; charset=utf-8"),
        "/icon.svg", file("icon.svg", "image/svg+xml"),
        "/house.css", page("text/css; charset=utf-8", HtmlPage.style()));
  }

  /** The events, by path. */
  public Map<String, EventStream> streams() {
    return Map.of(
        EVENTS, new LiveStream(records, run, METRICS, states, System::nanoTime, WAIT_MILLIS));
  }

  private static Supplier<Reply> file(String name, String type) {
    try (InputStream in = LivePage.class.getResourceAsStream(name)) {
      return page(type, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Supplier<Reply> page(String type, String text) {
    return new FixedPage(new Reply(200, type, text));
  }

  @Override
  public void close() {
    instances.ifPresent(Instances::close);
  }
}
