package org.deftstream.messaging.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpPagesTest {
  private static final String HOST = "127.0.0.1";

  private final Map<String, Supplier<Reply>> served =
      Map.of(
          "/good",
          () -> Reply.text(200, "fine"),
          "/health/live",
          () -> Reply.text(200, "lives"),
          "/long",
          () -> Reply.text(200, "x".repeat(20 << 20)),
          "/bad",
          () -> {
            throw new IllegalStateException("secret");
          });
  private final HttpPages pages = HttpPages.start(HOST, 0, served);

  @AfterEach
  void stop() {
    pages.close();
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + pages.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
  }

  @Test
  void shouldServeItsPagesAndNothingElse() throws Exception {
    assertThat(send("GET", "/good").body()).isEqualTo("fine\n");
    var head = send("HEAD", "/good");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(send("GET", "/").body()).isEqualTo("/bad\n/good\n/health/live\n/long\n");
    assertThat(send("GET", "/good/more").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/good").statusCode()).isEqualTo(405);
  }

  @Test
  void shouldNotTellTheWorldWhyAPageFailed() throws Exception {
    var reply = send("GET", "/bad");

    assertThat(reply.statusCode()).isEqualTo(500);
    assertThat(reply.body()).doesNotContain("secret");
  }

  /** Each holds a thread of the server until it is told to go. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /good HTTP/1.1\r\nX-Slow: ",
        "GET /health/live HTTP/1.1\r\nX-Slow: ",
        "G",
        "GET /long HTTP/1.1\r\nHost: a\r\n\r\n"
      })
  void shouldAnswerForHealthBesideSlowClients(String begin) throws Exception {
    var slow = new ArrayList<Socket>();
    try {
      for (int ask = 0; ask < 5; ask++) {
        // Those whose time is up come again.
        slow.removeIf(each -> !open(each));
        while (slow.size() < 150) {
          var socket = new Socket(InetAddress.getLoopbackAddress(), pages.port());
          slow.add(socket);
          socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(send("GET", "/health/live").body()).isEqualTo("lives\n");
      }
    } finally {
      for (var each : slow) {
        each.close();
      }
    }
  }

  private static boolean open(Socket socket) {
    try {
      socket.setSoTimeout(1);
      // A part of an answer may be there; what matters is whether more may come.
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void shouldTurnAwayWhoComesWhilePagesAreMadeButNotWhoAsksForHealth() throws Exception {
    var gate = new CountDownLatch(1);
    var made = new CountDownLatch(2);
    try (var busy =
        HttpPages.start(
            HOST,
            0,
            Map.of(
                "/made",
                () -> {
                  made.countDown();
                  try {
                    gate.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return Reply.text(200, "made");
                },
                "/health/live",
                () -> Reply.text(200, "lives")))) {
      var first = ask(busy, "/made");
      var second = ask(busy, "/made");
      assertThat(made.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(ask(busy, "/made").get().statusCode()).isEqualTo(503);
      assertThat(ask(busy, "/health/live").get().body()).isEqualTo("lives\n");
      gate.countDown();
      assertThat(first.get().statusCode()).isEqualTo(200);
      assertThat(second.get().statusCode()).isEqualTo(200);
    }
  }

  private static CompletableFuture<HttpResponse<String>> ask(HttpPages of, String path) {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + of.port() + path)).build();
    return HttpClient.newHttpClient().sendAsync(request, BodyHandlers.ofString());
  }

  @Test
  void shouldWriteItsAddressAsClientsReadIt() {
    assertThat(pages.url()).isEqualTo("http://127.0.0.1:" + pages.port());
    assertThat(HttpPages.address("::1", 8089)).isEqualTo("[::1]:8089");
    assertThat(HttpPages.address("[::1]", 8089)).isEqualTo("[::1]:8089");
    assertThat(HttpPages.address("::", 8089)).isEqualTo("[::]:8089");
    assertThat(HttpPages.address("localhost", 8089)).isEqualTo("localhost:8089");
    var scoped = URI.create("http://" + HttpPages.address("fe80::1%eth0", 8089));
    assertThat(scoped.getPort()).isEqualTo(8089);
  }

  @Test
  void shouldSayWhichAddressIsTaken() {
    assertThatThrownBy(() -> HttpPages.start(HOST, pages.port(), served))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(HOST + ":" + pages.port())
        .hasMessageContaining("http.port");
    assertThatThrownBy(() -> HttpPages.start("no such host.", 0, served))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("http.host");
  }

  private static final String TOKEN = "0123456789abcdef";

  private static HttpPages closed(EventStream stream) {
    return HttpPages.start(
        HOST,
        0,
        Optional.of(TOKEN),
        Map.of("/good", () -> Reply.text(200, "fine"), "/health/live", () -> Reply.text(200, "ok")),
        Map.of("/events", stream));
  }

  /** Sent as text: clients in Java choose their own Host. */
  private static String raw(HttpPages of, String path, String... headers) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), of.port())) {
      var request = new StringBuilder("GET " + path + " HTTP/1.1\r\nConnection: close\r\n");
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      socket
          .getOutputStream()
          .write(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void shouldAskForTheTokenForEverythingButHealth() throws Exception {
    try (var closed = closed((last, out) -> out.write(1))) {
      String basic =
          "Authorization: Basic "
              + Base64.getEncoder()
                  .encodeToString(("any:" + TOKEN).getBytes(StandardCharsets.UTF_8));
      for (String path : new String[] {"/good", "/events", "/", "/none"}) {
        assertThat(raw(closed, path, "Host: localhost"))
            .startsWith("HTTP/1.1 401")
            .containsIgnoringCase("WWW-Authenticate: Basic");
      }
      for (String wrong :
          new String[] {
            "Authorization: Bearer " + TOKEN + "0",
            "Authorization: Bearer",
            "Authorization: Basic !!",
            "Authorization: Basic " + Base64.getEncoder().encodeToString(new byte[] {1}),
            "Authorization: " + TOKEN
          }) {
        assertThat(raw(closed, "/good", "Host: localhost", wrong)).startsWith("HTTP/1.1 401");
      }
      assertThat(raw(closed, "/good", "Host: localhost", basic)).contains("fine");
      assertThat(raw(closed, "/good", "Host: localhost", "Authorization: bearer " + TOKEN))
          .contains("fine");
      assertThat(raw(closed, "/health/live", "Host: anything")).contains("ok");
    }
  }

  @Test
  void shouldNotBeAskedUnderANameFromElsewhereOnALoopbackAddress() throws Exception {
    for (String own : new String[] {"localhost", "LOCALHOST:80", "127.0.0.1:8089", "[::1]:1"}) {
      assertThat(raw(pages, "/good", "Host: " + own)).as(own).contains("fine");
    }
    for (String other : new String[] {"evil.example", "127.0.0.1.evil.example", "localhost.evil"}) {
      assertThat(raw(pages, "/good", "Host: " + other)).as(other).startsWith("HTTP/1.1 421");
    }
  }

  @Test
  void shouldForbidEverythingThatIsNotItsOwn() throws Exception {
    var headers = send("GET", "/good").headers();
    assertThat(headers.firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
  }

  @Test
  void shouldRefuseWhatIsNoToken() {
    for (String token :
        new String[] {"short", "with blanks in it, though long", "\u00e4".repeat(20)}) {
      assertThatThrownBy(() -> HttpPages.start(HOST, 0, Optional.of(token), Map.of(), Map.of()))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("http.token")
          .hasMessageNotContaining(token);
    }
  }

  @Test
  void shouldSendEventsToSoManyViewersAndAnswerForHealthBesideSlowOnes() throws Exception {
    var gate = new CountDownLatch(1);
    var watching = new Semaphore(0);
    Map<String, EventStream> streams =
        Map.of(
            "/events",
            (last, out) -> {
              watching.release();
              out.write("data: x\n\n".getBytes(StandardCharsets.UTF_8));
              out.flush();
              // A viewer that takes nothing: what is written to it does not get through.
              gate.await();
            });
    try (var busy = HttpPages.start(HOST, 0, Optional.empty(), served, streams)) {
      var viewers = new ArrayList<Socket>();
      for (int i = 0; i < HttpPages.VIEWERS; i++) {
        var socket = new Socket(InetAddress.getLoopbackAddress(), busy.port());
        viewers.add(socket);
        socket
            .getOutputStream()
            .write(
                "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      }
      assertThat(watching.tryAcquire(HttpPages.VIEWERS, 1, TimeUnit.MINUTES)).isTrue();
      assertThat(ask(busy, "/events").get().statusCode()).isEqualTo(503);
      assertThat(ask(busy, "/health/live").get().body()).isEqualTo("lives\n");
      assertThat(ask(busy, "/good").get().body()).isEqualTo("fine\n");
      gate.countDown();
      for (var socket : viewers) {
        assertThat(new String(socket.getInputStream().readNBytes(15), StandardCharsets.UTF_8))
            .isEqualTo("HTTP/1.1 200 OK");
        socket.close();
      }
    }
  }
}
