package org.deftstream.tests.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chromium without a window, driven by its DevTools protocol over one web socket. Not thread-safe;
 * whoever started it closes it.
 */
public final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private Browser(Process process, URI page) {
    this.process = process;
    this.socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(page, new Listener()).join();
  }

  /** Where a browser is installed, if one is. */
  public static Optional<Path> installed() {
    return NAMES.stream()
        .flatMap(
            name ->
                java.util.Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .map(directory -> Path.of(directory, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts one with an empty page.
   *
   * @param directory for its profile
   */
  public static Browser start(Path program, Path directory) throws Exception {
    var process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + directory,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolveSibling("browser.log").toFile())
            .start();
    try {
      int port = port(process, directory.resolve("DevToolsActivePort"));
      var browser = new Browser(process, page(port));
      for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
        browser.call(domain + ".enable", JsonNodeFactory.instance.objectNode());
      }
      return browser;
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static int port(Process process, Path file) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      if (Files.exists(file)) {
        var lines = Files.readAllLines(file);
        if (lines.size() >= 2) {
          return Integer.parseInt(lines.get(0));
        }
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IOException("the browser did not start; its log is beside " + file);
  }

  private static URI page(int port) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      var reply =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      for (var target : JSON.readTree(reply.body())) {
        if (target.path("type").asText().equals("page")) {
          return URI.create(target.path("webSocketDebuggerUrl").asText());
        }
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IOException("the browser has no page");
  }

  /** Calls the protocol. */
  public JsonNode call(String method, ObjectNode parameters)
      throws InterruptedException, ExecutionException, TimeoutException {
    int id = calls.incrementAndGet();
    var reply = new CompletableFuture<JsonNode>();
    open.put(id, reply);
    var call = JsonNodeFactory.instance.objectNode().put("id", id).put("method", method);
    call.set("params", parameters);
    socket.sendText(call.toString(), true).join();
    return reply.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Opens a page. */
  public void open(String url) throws Exception {
    call("Page.navigate", JsonNodeFactory.instance.objectNode().put("url", url));
  }

  /** The value of an expression on the page. */
  public JsonNode value(String expression) throws Exception {
    var result =
        call(
            "Runtime.evaluate",
            JsonNodeFactory.instance
                .objectNode()
                .put("expression", expression)
                .put("returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Waits until an expression is true on the page. */
  public void await(String expression) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!value("!!(" + expression + ")").asBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            expression + " did not come true; the page says: " + value("document.body.innerText"));
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** Presses a key that is one character, or Enter or Tab. */
  public void press(String key) throws Exception {
    for (String type : List.of("keyDown", "keyUp")) {
      var event = JsonNodeFactory.instance.objectNode().put("type", type).put("key", key);
      if (key.equals("Enter")) {
        event.put("text", "\r").put("windowsVirtualKeyCode", 13);
      } else if (key.equals("Tab")) {
        event.put("windowsVirtualKeyCode", 9);
      }
      call("Input.dispatchKeyEvent", event);
    }
  }

  /** Makes the window so wide, in light or dark. */
  public void look(int width, boolean dark) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        JsonNodeFactory.instance
            .objectNode()
            .put("width", width)
            .put("height", 900)
            .put("deviceScaleFactor", 1)
            .put("mobile", width < 600));
    var media = JsonNodeFactory.instance.objectNode();
    media
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", dark ? "dark" : "light");
    call("Emulation.setEmulatedMedia", media);
  }

  /** Writes a picture of the whole page. */
  public void picture(Path file) throws Exception {
    var shot =
        call(
            "Page.captureScreenshot",
            JsonNodeFactory.instance
                .objectNode()
                .put("format", "png")
                .put("captureBeyondViewport", true));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
  }

  /** What went wrong on the pages: exceptions, and what the browser's log calls an error. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /** Everything that the pages fetched. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  private void take(JsonNode message) {
    if (message.has("id")) {
      var waiting = open.remove(message.path("id").asInt());
      if (message.has("error")) {
        waiting.completeExceptionally(new IOException(message.path("error").toString()));
      } else {
        waiting.complete(message.path("result"));
      }
      return;
    }
    var about = message.path("params");
    switch (message.path("method").asText()) {
      case "Runtime.exceptionThrown" -> errors.add(about.toString());
      case "Log.entryAdded" -> {
        if (about.path("entry").path("level").asText().equals("error")) {
          errors.add(about.path("entry").toString());
        }
      }
      case "Network.requestWillBeSent" -> requests.add(about.path("request").path("url").asText());
      default -> {
        // Not asked for.
      }
    }
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final List<CharSequence> parts = new ArrayList<>();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      parts.add(data.toString());
      if (last) {
        String text = String.join("", parts);
        parts.clear();
        try {
          take(JSON.readTree(text));
        } catch (IOException e) {
          errors.add("unreadable: " + text);
        }
      }
      from.request(1);
      return null;
    }
  }
}
