package org.deftstream.tests.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Platform;

/**
 * {@code deftstream serve} with the models that ship, and its memory as the operating system sees
 * it. The heap has one size and is touched whole at the start, so the resident set grows by native
 * memory only. Used by one thread; to be closed.
 */
final class ServedModels implements AutoCloseable {
  static final long HEAP_BYTES = 512L << 20;

  private static final List<String> FLAGS =
      List.of("-Xms" + HEAP_BYTES, "-Xmx" + HEAP_BYTES, "-XX:+AlwaysPreTouch");
  private static final String RESIDENT = "VmRSS:";
  private static final Duration PAGE = Duration.ofSeconds(20);

  private final CliProcess process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI metrics;

  /** Starts it and waits until it is ready. */
  ServedModels(Platform platform, Map<String, String> topics, Path directory) {
    int port = EmbeddedPlatform.freePort();
    var settings = new HashMap<>(topics);
    settings.put("bootstrap.servers", platform.bootstrapServers());
    settings.put("schema.registry.url", platform.registryUrl());
    settings.put("instance.id", "one");
    settings.put("state.dir", directory.resolve("state").toString());
    settings.put("ready.timeout.ms", Long.toString(Platform.PATIENCE.toMillis()));
    settings.put("http.port", Integer.toString(port));
    metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
    process = CliProcess.start(directory.resolve("serve.log"), FLAGS, settings, "serve");
    try {
      process.awaitOutput("ready: ");
    } catch (AssertionError e) {
      process.close();
      throw e;
    }
  }

  /** Bytes of the process in memory, heap and native. */
  long residentBytes() {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      String line = lines.filter(each -> each.startsWith(RESIDENT)).findFirst().orElseThrow();
      // "VmRSS:     1234 kB"
      return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of the heap that are in use, garbage included. */
  long heapBytes() {
    var request = HttpRequest.newBuilder(metrics).timeout(PAGE).build();
    try {
      return (long)
          http.send(request, HttpResponse.BodyHandlers.ofLines())
              .body()
              .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
              .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
              .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the metrics were read", e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
