package org.deftstream.messaging.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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
 * answer are bounded, and slow clients keep nobody out ({@link RequestThreads}).
 *
 * <p>Thread-safe. Whoever started it closes it.
 */
public final class HttpPages implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpPages.class);
  private static final String HEALTH = "/health/";
  private static final int PAGES_AT_ONCE = 2;
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
  private final Map<String, Supplier<Reply>> pages;

  private HttpPages(
      HttpServer server, String host, RequestThreads threads, Map<String, Supplier<Reply>> pages) {
    this.server = server;
    this.host = host;
    this.threads = threads;
    this.pages = pages;
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
    var threads = new RequestThreads();
    try {
      var address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        throw new UserError("http.host '" + host + "' is not a name or address of this machine");
      }
      var server = HttpServer.create(address, 0);
      var started = new HttpPages(server, host, threads, new TreeMap<>(pages));
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
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      var reply =
          head || method.equals("GET")
              ? reply(exchange.getRequestURI().getPath())
              : Reply.text(405, "GET and HEAD only");
      byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
      var headers = exchange.getResponseHeaders();
      headers.set("Content-Type", reply.contentType());
      headers.set("Cache-Control", "no-store");
      headers.set("X-Content-Type-Options", "nosniff");
      if (reply.status() == 405) {
        headers.set("Allow", "GET, HEAD");
      }
      threads.sending();
      exchange.sendResponseHeaders(reply.status(), head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Reply reply(String path) {
    var page = pages.get(path);
    if (page == null) {
      return path.equals("/")
          ? Reply.text(OK, String.join("\n", pages.keySet()))
          : Reply.text(404, "no such page; there are " + String.join(" ", pages.keySet()));
    }
    boolean health = path.startsWith(HEALTH);
    if (!health && !free.tryAcquire()) {
      return Reply.text(503, "others are being answered; ask again");
    }
    try {
      return page.get();
    } catch (RuntimeException e) {
      LOG.warn("page {} failed", path, e);
      return Reply.text(500, "the page failed; the log says why");
    } finally {
      if (!health) {
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
