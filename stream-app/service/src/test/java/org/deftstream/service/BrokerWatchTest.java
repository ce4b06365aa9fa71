package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BrokerWatchTest {
  private final AtomicLong clock = new AtomicLong();
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(BrokerWatch.class);
  private Callable<Map<Integer, Long>> broker = () -> Map.of(0, 7L);
  private final BrokerWatch watch = new BrokerWatch(() -> broker.call(), clock::get);

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void close() {
    logger.detachAppender(logged);
    watch.close();
  }

  private List<String> lines() {
    return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private void look(Duration later) {
    clock.addAndGet(later.toNanos());
    watch.look();
  }

  @Test
  void shouldSayOnceThatTheBrokersAreGoneAndOnceThatTheyAreBack() {
    watch.look();
    assertThat(watch.waiting()).containsExactly(Map.entry(0, 7L));

    broker =
        () -> {
          throw new TimeoutException("nobody there");
        };
    look(Duration.ofSeconds(30));
    assertThat(watch.answers()).isTrue();
    assertThat(lines()).isEmpty();
    for (int i = 0; i < 10; i++) {
      look(Duration.ofSeconds(10));
      assertThat(watch.answers()).isFalse();
    }
    assertThat(watch.waiting()).as("nobody knows").isEmpty();
    assertThat(lines())
        .singleElement()
        .asString()
        .contains("no Kafka broker has answered for 40 s", "nobody there");

    broker = () -> Map.of(0, 9L);
    look(Duration.ofSeconds(10));
    look(Duration.ofSeconds(10));
    assertThat(watch.answers()).isTrue();
    assertThat(lines()).hasSize(2);
    assertThat(lines().get(1)).contains("Kafka answers again, after 140 s");
    assertThat(watch.waiting()).containsExactly(Map.entry(0, 9L));
  }

  @Test
  void shouldTakeARefusalForAnAnswerAndSayItOnce() {
    broker =
        () -> {
          throw new GroupAuthorizationException("deftstream");
        };
    for (int i = 0; i < 10; i++) {
      look(Duration.ofSeconds(10));
    }

    assertThat(watch.answers()).isTrue();
    assertThat(watch.waiting()).isEmpty();
    assertThat(lines()).singleElement().asString().contains("cannot be learned", "deftstream");
  }
}
