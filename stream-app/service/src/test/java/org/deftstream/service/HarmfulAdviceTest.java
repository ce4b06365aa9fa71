package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.spi.FilterReply;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class HarmfulAdviceTest {
  private static final String ADVICE =
      "Existing internal topic a-changelog has invalid partitions: expected: 2; actual: 1. Use"
          + " 'org.apache.kafka.tools.StreamsResetter' tool to clean up invalid topics";
  private static final String STREAMS = "org.apache.kafka.streams.KafkaStreams";

  private final HarmfulAdvice filter = new HarmfulAdvice();
  private final LoggerContext context = new LoggerContext();

  @Test
  void shouldKeepAdviceThatDeletesTheLedgerOutOfTheLog() {
    var wrapped = new StreamsException("task", new StreamsException(ADVICE));
    assertThat(decide(STREAMS, ADVICE, null)).isEqualTo(FilterReply.DENY);
    assertThat(decide(STREAMS, "failed", wrapped)).isEqualTo(FilterReply.DENY);
    assertThat(decide(STREAMS, "failed: {}", null, ADVICE)).isEqualTo(FilterReply.DENY);
    assertThat(decide(STREAMS, "failed: {}", null, wrapped)).isEqualTo(FilterReply.DENY);
  }

  @Test
  void shouldLetEverythingElseThrough() {
    assertThat(decide(STREAMS, "Replacing thread", new StreamsException("other")))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("org.deftstream.service.StreamRuns", ADVICE, null))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(STREAMS, null, null)).isEqualTo(FilterReply.NEUTRAL);
  }

  @Test
  void shouldKnowTroubleWithTopics() {
    assertThat(TopicTrouble.behind(new StreamsException(ADVICE))).isTrue();
    assertThat(TopicTrouble.behind(new StreamsException(new MissingSourceTopicException("gone"))))
        .isTrue();
    assertThat(TopicTrouble.behind(new IllegalStateException())).isFalse();
  }

  private FilterReply decide(String logger, String format, Throwable thrown, Object... arguments) {
    return filter.decide(null, context.getLogger(logger), Level.ERROR, format, arguments, thrown);
  }
}
