package org.deftstream.stream.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.function.Supplier;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpPagesTest {
  private static final String HOST = "127.0.0.1";

  private final Map<String, Supplier<Reply>> served =
      Map.of(
          "/good",
          () -> Reply.text(200, "fine"),
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
    assertThat(send("GET", "/").body()).isEqualTo("/bad\n/good\n");
    assertThat(send("GET", "/good/more").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/good").statusCode()).isEqualTo(405);
  }

  @Test
  void shouldNotTellTheWorldWhyAPageFailed() throws Exception {
    var reply = send("GET", "/bad");

    assertThat(reply.statusCode()).isEqualTo(500);
    assertThat(reply.body()).doesNotContain("secret");
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
}
