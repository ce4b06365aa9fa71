package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.FilterReply;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.service.HarmfulAdvice;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LoggingTest {
  private static final String FORGED =
      "task x\n2026-01-01 12:00:00.000 ERROR Service - FORGED \u001b[31mred \u202e\u2028 end";

  private final LoggerContext context = new LoggerContext();

  private ILoggingEvent event(String message, Throwable thrown) {
    var logger = context.getLogger("org.deftstream.service.Service");
    return new LoggingEvent("caller", logger, Level.WARN, message, thrown, null);
  }

  /** Logback finds it by itself; without it, it would log everything to standard output. */
  @Test
  void shouldBeConfiguredQuietlyToStandardError() {
    var found = (LoggerContext) LoggerFactory.getILoggerFactory();
    var root = found.getLogger(Logger.ROOT_LOGGER_NAME);
    assertThat(root.getLevel()).isEqualTo(Level.WARN);
    assertThat(found.getLogger("org.deftstream").getLevel()).isEqualTo(Level.INFO);
    var appenders = new ArrayList<Appender<ILoggingEvent>>();
    root.iteratorForAppenders().forEachRemaining(appenders::add);
    assertThat(appenders)
        .singleElement()
        .isInstanceOfSatisfying(
            ConsoleAppender.class, each -> assertThat(each.getTarget()).isEqualTo("System.err"));
    assertThat(found.getTurboFilterList())
        .hasAtLeastOneElementOfType(RoutineFilter.class)
        .hasAtLeastOneElementOfType(DeadThreads.class)
        .hasAtLeastOneElementOfType(HarmfulAdvice.class);
  }

  @Test
  void shouldBeginEachLineOfTextWithItsDate() {
    var line = new TextLine().doLayout(event("all is well", null));

    assertThat(line)
        .matches(
            "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARN  Service - all is well\n");
  }

  @Test
  void shouldLetNobodyForgeALine() {
    var thrown = new IllegalStateException(FORGED, new IllegalArgumentException(FORGED));
    var text = new TextLine().doLayout(event(FORGED, thrown));

    assertThat(text.lines().filter(line -> !line.startsWith("\t"))).hasSize(1);
    assertThat(text).contains("caused by java.lang.IllegalArgumentException");
    assertThat(text.replace("\n", "").replace("\t", "")).doesNotContainPattern("[\\p{Cc}\\p{Cf}]");
  }

  @Test
  void shouldBoundWhatIsLogged() throws Exception {
    var long1 = "x".repeat(1_000_000);
    var thrown = new IllegalStateException(long1);

    assertThat(new TextLine().doLayout(event(long1, thrown)).length())
        .isLessThan(3 * LogText.LONGEST);
    var json = new JsonLine().doLayout(event(long1, thrown));
    assertThat(json.length()).isLessThan(20 * LogText.LONGEST);
    assertThat(new ObjectMapper().readTree(json).get("message").asText())
        .endsWith("... (1000000 characters)");
  }

  @Test
  void shouldWriteOneDocumentPerLine() throws Exception {
    var thrown = new IllegalStateException(FORGED, new IllegalArgumentException("why"));
    var line = new JsonLine().doLayout(event(FORGED, thrown));

    assertThat(line.lines()).hasSize(1);
    var document = new ObjectMapper().readTree(line);
    assertThat(document.get("level").asText()).isEqualTo("WARN");
    assertThat(document.get("message").asText()).isEqualTo(FORGED);
    assertThat(document.at("/thrown/class").asText()).endsWith("IllegalStateException");
    assertThat(document.at("/thrown/cause/message").asText()).isEqualTo("why");
    assertThat(document.at("/thrown/stack/0").asText()).contains("LoggingTest");
  }

  @Test
  void shouldHandOnWhatIsPrintedLineByLine() {
    List<String> lines = new ArrayList<>();
    try (var printed = ErrorLines.to(lines::add)) {
      printed.print("a");
      printed.println("b ü");
      printed.print("\r10 %\r20 %\n\n");
      printed.print("x".repeat(200_000));
      printed.println();
    }
    assertThat(lines.subList(0, 3)).containsExactly("ab ü", "10 %", "20 %");
    assertThat(lines.subList(3, lines.size())).allMatch(each -> each.length() <= 1 << 16);
    assertThat(String.join("", lines.subList(3, lines.size()))).hasSize(200_000);
  }

  @Test
  void shouldNotWarnOfOrdinaryWork() {
    var sender = "org.apache.kafka.clients.producer.internals.Sender";
    var directory = "org.apache.kafka.streams.processor.internals.StateDirectory";
    assertThat(
            decision(
                sender,
                Level.WARN,
                "[Producer clientId=a] Got error produce response with correlation id {} on"
                    + " topic-partition {}, retrying ({} attempts left). Error: {}"))
        .isEqualTo(FilterReply.DENY);
    assertThat(decision(directory, Level.WARN, "Using an OS temp directory in the state.dir ..."))
        .isEqualTo(FilterReply.DENY);
    assertThat(decision(directory, Level.WARN, "Failed to delete state store directory of {}"))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decision(sender, Level.ERROR, "Got error produce response"))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(
            decision(
                "org.apache.kafka.clients.producer.ProducerConfig", Level.INFO, "values: a = b"))
        .isEqualTo(FilterReply.DENY);
  }

  private FilterReply decision(String logger, Level level, String format) {
    return new RoutineFilter().decide(null, context.getLogger(logger), level, format, null, null);
  }
}
