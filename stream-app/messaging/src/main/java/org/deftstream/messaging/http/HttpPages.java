package org.deftstream.messaging.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.deftstream.deft.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves pages that are read and never written: GET and HEAD, each path one page. Pages of health
 * are always made; of the others two at a time, and who comes beyond that is turned away, so that
 * asking cannot slow the service down. Connections, the time for a request and the time for an
 * answer are bounded, and slow clients keep nobody out ({@link RequestThreads}). Those who watch an
 * {@link EventStream} are counted too: who comes beyond {@value #VIEWERS} is told to come later.
 *
 * <p>Thread-safe. Whoever started it closes it.
 */
public final class HttpPages implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpPages.class);
  private static final String HEALTH = "/health/";
  private static final int PAGES_AT_ONCE = 2;

  /** Viewers of event streams at once; each has a thread for itself. */
  static final int VIEWERS = 8;

  /** What a page may fetch: from here alone, and nothing that is written into it runs. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final int OK = 200;

  static {
    // Read by the JDK's server when it is first used; times in seconds.
    setDefault("sun.net.httpserver.maxReqTime", "2");
    setDefault("sun.net.httpserver.maxRspTime", "10");
    setDefault("sun.net.httpserver.idleInterval", "5");
    setDefault("sun.net.httpserver.maxIdleConnections", "64");
    setDefault("jdk.httpserver.maxConnections", "2000");
  }

  private final HttpServer server;
  private final String host;
  private final RequestThreads threads;
  private final Semaphore free = new Semaphore(PAGES_AT_ONCE);
  private final Semaphore viewers = new Semaphore(VIEWERS);
  private final HttpAccess access;
  private final Map<String, Supplier<Reply>> pages;
  private final Map<String, EventStream> streams;

  private HttpPages(
      HttpServer server,
      String host,
      RequestThreads threads,
      HttpAccess access,
      Map<String, Supplier<Reply>> pages,
      Map<String, EventStream> streams) {
    this.server = server;
    this.host = host;
    this.threads = threads;
    this.access = access;
    this.pages = new TreeMap<>(pages);
    this.streams = Map.copyOf(streams);
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * Starts to serve.
   *
   * @param host name or address to listen on
   * @param port TCP port, or 0 for any free one
   * @param pages what is served, by path
   * @throws UserError one line, if the address cannot be listened on
   */
  public static HttpPages start(String host, int port, Map<String, Supplier<Reply>> pages) {
    return start(host, port, Optional.empty(), pages, Map.of());
  }

  /**
   * Starts to serve pages and events.
   *
   * @param host name or address to listen on
   * @param port TCP port, or 0 for any free one
   * @param token what has to be sent with every request but those for health; empty if nothing
   * @param pages what is served, by path
   * @param streams events that are served, by path
   * @throws UserError one line, if the address cannot be listened on, or the token is no token
   */
  public static HttpPages start(
      String host,
      int port,
      Optional<String> token,
      Map<String, Supplier<Reply>> pages,
      Map<String, EventStream> streams) {
    var threads = new RequestThreads();
    try {
      var address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        throw new UserError("http.host '" + host + "' is not a name or address of this machine");
      }
      var access = new HttpAccess(token, host, address.getAddress().isLoopbackAddress());
      var server = HttpServer.create(address, 0);
      var started = new HttpPages(server, host, threads, access, pages, streams);
      server.createContext("/", started::handle);
      server.setExecutor(threads);
      server.start();
      return started;
    } catch (IOException e) {
      threads.shutdownNow();
      throw new UserError(
          "cannot listen for HTTP on "
              + address(host, port)
              + " ("
              + e.getMessage()
              + "); set http.host and http.port",
          e);
    } catch (RuntimeException e) {
      threads.shutdownNow();
      throw e;
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!threads.working()) {
        return;
      }
      String path = exchange.getRequestURI().getPath();
      var refusal =
          path.startsWith(HEALTH)
              ? Optional.<Reply>empty()
              : access.refusal(exchange.getRequestHeaders());
      if (refusal.isEmpty() && streams.containsKey(path) && asks(exchange, "GET")) {
        watch(exchange, streams.get(path));
      } else {
        send(exchange, refusal.orElseGet(() -> answer(exchange, path)));
      }
    }
  }

  private static boolean asks(HttpExchange exchange, String method) {
    return exchange.getRequestMethod().equals(method);
  }

  private Reply answer(HttpExchange exchange, String path) {
    return asks(exchange, "GET") || asks(exchange, "HEAD")
        ? reply(path)
        : Reply.text(405, "GET and HEAD only").with("Allow", "GET, HEAD");
  }

  private void send(HttpExchange exchange, Reply reply) throws IOException {
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    headers(exchange, reply.contentType());
    reply.headers().forEach(exchange.getResponseHeaders()::set);
    threads.sending();
    boolean head = asks(exchange, "HEAD");
    exchange.sendResponseHeaders(reply.status(), head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  private static void headers(HttpExchange exchange, String contentType) {
    var headers = exchange.getResponseHeaders();
    headers.set("Content-Type", contentType);
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Content-Security-Policy", POLICY);
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
  }

  private void watch(HttpExchange exchange, EventStream stream) throws IOException {
    if (!viewers.tryAcquire()) {
      send(exchange, Reply.text(503, VIEWERS + " are watching already").with("Retry-After", "10"));
      return;
    }
    try {
      headers(exchange, "text/event-stream; charset=utf-8");
      var last = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Last-Event-ID"));
      threads.sending();
      exchange.sendResponseHeaders(OK, 0);
      stream.serve(last, exchange.getResponseBody());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      viewers.release();
    }
  }

  private Reply reply(String path) {
    var page = pages.get(path);
    if (page == null) {
      return path.equals("/")
          ? Reply.text(OK, String.join("\n", pages.keySet()))
          : Reply.text(404, "no such page; there are " + String.join(" ", pages.keySet()));
    }
    boolean made = !path.startsWith(HEALTH) && !(page instanceof FixedPage);
    if (made && !free.tryAcquire()) {
      return Reply.text(503, "others are being answered; ask again");
    }
    try {
      return page.get();
    } catch (RuntimeException e) {
      LOG.warn("page {} failed", path, e);
      return Reply.text(500, "the page failed; the log says why");
    } finally {
      if (made) {
        free.release();
      }
    }
  }

  /** Host and port as they are written in a URL: an IPv6 address in brackets. */
  static String address(String host, int port) {
    boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
    // The zone of a link-local address begins with a percent sign, which a URL escapes.
    return (bare ? "[" + host.replace("%", "%25") + "]" : host) + ":" + port;
  }

  /** Where the pages are, without a slash at the end. */
  public String url() {
    return "http://" + address(host, port());
  }

  /** The port that is listened on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Stops listening at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
