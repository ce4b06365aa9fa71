package org.deftstream.service.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.deftstream.service.topology.Texts.bytes;
import static org.deftstream.service.topology.Texts.text;
import static org.deftstream.service.topology.Texts.texts;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.test.TestRecord;
import org.deftstream.deft.engine.AdmissionBudget;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Topics;
import org.deftstream.service.ledger.AdmissionController;
import org.deftstream.service.ledger.BrokenServiceException;
import org.deftstream.service.ledger.LedgerResources;
import org.deftstream.service.ledger.LedgerSettings;
import org.deftstream.service.ledger.LedgerStore;
import org.deftstream.service.ledger.ManualWork;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.RejectedRecordException.Stage;
import org.deftstream.service.ledger.SkippedOffsets;
import org.deftstream.service.ledger.SourceReader;
import org.deftstream.service.ledger.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerProcessorTest {
  private static final Topics TOPICS = Topics.defaults();
  private static final int LIMIT = 16 * 1024;
  private static final Duration INTERVAL = LedgerSettings.defaults().drainInterval();

  @TempDir Path directory;

  private final ManualWork work = new ManualWork();
  private AdmissionController admission =
      new AdmissionController(new AdmissionBudget(1 << 20), 1 << 20, 100);
  private SourceReader reader = new NothingToRead();
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> measurements;
  private TestInputTopic<byte[], byte[]> probes;
  private TestOutputTopic<byte[], byte[]> reconstructions;
  private TestOutputTopic<byte[], byte[]> deadLetters;

  @BeforeEach
  void start() {
    var settings =
        new LedgerProcessorSettings(
            TOPICS,
            new UUID(1, 2),
            () -> 7,
            partition -> CompletableFuture.completedFuture(null),
            partition -> reader,
            partition -> CompletableFuture.completedFuture(0L),
            new SkippedOffsets(),
            new NoHistory(),
            LedgerResources.of(work, admission, LedgerSettings.defaults()),
            () -> new OutputLimits(LIMIT, LIMIT),
            ReconstructionListener.NONE);
    var config = new Properties();
    config.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.METRICS_RECORDING_LEVEL_CONFIG, "DEBUG");
    driver = new TopologyTestDriver(ReconstructionTopology.build(settings), config);
    var serializer = new ByteArraySerializer();
    var deserializer = new ByteArrayDeserializer();
    measurements = driver.createInputTopic(TOPICS.measurements(), serializer, serializer);
    probes = driver.createInputTopic(TOPICS.probes(), serializer, serializer);
    reconstructions =
        driver.createOutputTopic(TOPICS.reconstructions(), deserializer, deserializer);
    deadLetters = driver.createOutputTopic(TOPICS.deadLetters(), deserializer, deserializer);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void shouldPublishInOrderWithKeyHeadersAndTimeOfTheMeasurement() {
    for (int i = 0; i < 3; i++) {
      var headers = new RecordHeaders().add("traceparent", bytes("00-" + i));
      measurements.pipeInput(
          new TestRecord<>(bytes("key-" + i), bytes("m"), headers, Instant.ofEpochMilli(500 + i)));
    }
    work.complete(2);
    work.complete(1);
    punctuate();
    assertThat(reconstructions.isEmpty()).isTrue();
    work.complete(0);
    punctuate();

    var published = reconstructions.readRecordsToList();
    assertThat(published)
        .extracting(each -> text(each.value()))
        .containsExactly("answer-0", "answer-1", "answer-2");
    assertThat(text(published.get(1).key())).isEqualTo("key-1");
    assertThat(texts(published.get(1).headers())).isEqualTo(Map.of("traceparent", "00-1"));
    assertThat(published.get(1).timestamp()).isEqualTo(501);
  }

  @Test
  void shouldKeepEverythingOfTheRecordInADeadLetter() {
    var headers = new RecordHeaders().add("site", bytes("ward 7"));
    headers.add(DeadLetterHeaders.MESSAGE, bytes("an older error"));
    measurements.pipeInput(new TestRecord<>(bytes("k"), bytes("garbage"), headers, 900L));
    work.fail(0, new RejectedRecordException(Stage.DECODE, "NoAvro", "the value begins with 0x67"));
    punctuate();

    var letter = deadLetters.readRecord();
    assertThat(text(letter.key())).isEqualTo("k");
    assertThat(text(letter.value())).isEqualTo("garbage");
    assertThat(texts(letter.headers()))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("site", "ward 7"),
                Map.entry(DeadLetterHeaders.ERROR_CLASS, "NoAvro"),
                Map.entry(DeadLetterHeaders.MESSAGE, "the value begins with 0x67"),
                Map.entry(DeadLetterHeaders.STAGE, "decode"),
                Map.entry(DeadLetterHeaders.TOPIC, TOPICS.measurements()),
                Map.entry(DeadLetterHeaders.PARTITION, "0"),
                Map.entry(DeadLetterHeaders.OFFSET, "0"),
                Map.entry(DeadLetterHeaders.STREAMS_EXCEPTION, "NoAvro"),
                Map.entry(DeadLetterHeaders.STREAMS_MESSAGE, "the value begins with 0x67"),
                Map.entry(DeadLetterHeaders.STREAMS_TOPIC, TOPICS.measurements()),
                Map.entry(DeadLetterHeaders.STREAMS_PARTITION, "0"),
                Map.entry(DeadLetterHeaders.STREAMS_OFFSET, "0")));
    assertThat(reconstructions.isEmpty()).isTrue();
  }

  @Test
  void shouldKeepRecordsWithoutKeyAndValue() {
    measurements.pipeInput(new TestRecord<>(null, null, new RecordHeaders(), 1L));
    work.fail(0, new RejectedRecordException(Stage.DECODE, "EmptyValue", "no value"));
    punctuate();
    var letter = deadLetters.readRecord();
    assertThat(letter.key()).isNull();
    assertThat(letter.value()).isNull();
  }

  @Test
  void shouldMakeADeadLetterOfAResultThatItsTopicDoesNotTake() {
    measurements.pipeInput(bytes("k"), bytes("m"));
    work.future(0).complete(new byte[LIMIT]);
    punctuate();
    var letter = deadLetters.readRecord();
    assertThat(text(letter.value())).isEqualTo("m");
    assertThat(texts(letter.headers()))
        .containsEntry(DeadLetterHeaders.ERROR_CLASS, "ResultTooLarge")
        .containsEntry(DeadLetterHeaders.STAGE, "publish");
    assertThat(reconstructions.isEmpty()).isTrue();
  }

  @Test
  void shouldLeaveOutWhatTheDeadLettersTopicDoesNotTake() {
    measurements.pipeInput(bytes("k"), new byte[LIMIT]);
    work.fail(0, new RejectedRecordException(Stage.DECODE, "NoAvro", "x".repeat(50_000)));
    punctuate();
    var letter = deadLetters.readRecord();
    assertThat(letter.value()).isNull();
    assertThat(text(letter.key())).isEqualTo("k");
    assertThat(texts(letter.headers()))
        .containsEntry(DeadLetterHeaders.OMITTED, "value of " + LIMIT + " bytes")
        .containsEntry(DeadLetterHeaders.OFFSET, "0");

    var headers = new RecordHeaders().add("huge", new byte[LIMIT]);
    measurements.pipeInput(new TestRecord<>(new byte[LIMIT], bytes("v"), headers, 1L));
    work.fail(1, new IllegalStateException("no"));
    punctuate();
    letter = deadLetters.readRecord();
    assertThat(letter.key()).isNull();
    assertThat(texts(letter.headers()))
        .containsEntry(DeadLetterHeaders.OMITTED, "key, headers, and value of 1 bytes")
        .doesNotContainKey("huge");
  }

  @Test
  void shouldPunctuateOnlyWhileSomethingIsInFlight() {
    assertThat(commitsOnPunctuation()).as("idle").isFalse();
    measurements.pipeInput(bytes("k"), bytes("m"));
    assertThat(commitsOnPunctuation()).as("in flight").isTrue();
    work.complete(0);
    punctuate();
    assertThat(commitsOnPunctuation()).as("idle again").isFalse();
    measurements.pipeInput(bytes("k"), bytes("m"));
    work.complete(1);
    punctuate();
    assertThat(reconstructions.readRecordsToList()).hasSize(2);
  }

  @Test
  void shouldAnswerNothingToTicks() {
    probes.pipeInput(null, new byte[0]);
    punctuate();
    assertThat(work.started()).isEmpty();
    assertThat(reconstructions.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void shouldEndTheThreadWhenTheServiceBreaks() {
    measurements.pipeInput(bytes("k"), bytes("m"));
    work.fail(0, new BrokenServiceException("the engine is broken", null));
    assertThatThrownBy(this::punctuate)
        .isInstanceOf(StreamsException.class)
        .hasRootCauseInstanceOf(BrokenServiceException.class);
    assertThat(reconstructions.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void shouldStoreOneSmallValue() {
    for (int i = 0; i < 50; i++) {
      measurements.pipeInput(bytes("k"), new byte[1000]);
    }
    var store = driver.<String, byte[]>getKeyValueStore(LedgerStore.NAME);
    try (var all = store.all()) {
      assertThat(all.next().value).hasSizeLessThan(50);
      assertThat(all.hasNext()).isFalse();
    }
  }

  /** A topic that keeps its producers' times would refuse it, and its transaction, for ever. */
  @Test
  void shouldSendNoTimeOfTheFuture() {
    measurements.pipeInput(new TestRecord<>(null, bytes("m"), new RecordHeaders(), 1L << 60));
    measurements.pipeInput(new TestRecord<>(null, bytes("m"), new RecordHeaders(), 1L << 60));
    work.complete(0);
    work.fail(1, new IllegalStateException("no"));
    punctuate();
    long soon = System.currentTimeMillis() + 60_000;
    assertThat(reconstructions.readRecord().timestamp()).isLessThan(soon);
    assertThat(deadLetters.readRecord().timestamp()).isLessThan(soon);
  }

  /** Kafka's own consumer returns -1; the way through Streams mends it, reading again must too. */
  @Test
  void shouldAnswerARecordWithoutATimeThatIsReadAgain() {
    driver.close();
    admission = new AdmissionController(new AdmissionBudget(1 << 20), 1 << 20, 1);
    reader = new Rereading(-1);
    start();
    for (int i = 0; i < 3; i++) {
      measurements.pipeInput(new TestRecord<>(null, bytes("m"), new RecordHeaders(), 5L));
    }
    work.complete(0);
    work.complete(1);
    work.fail(2, new IllegalStateException("no"));
    for (int i = 0; i < 4; i++) {
      punctuate();
    }
    assertThat(reconstructions.readRecordsToList())
        .hasSize(2)
        .allSatisfy(each -> assertThat(each.timestamp()).isNotNegative());
    assertThat(deadLetters.readRecordsToList()).hasSize(1);
  }

  @Test
  void shouldSayThatHeadersWereLeftOut() {
    var flood = new RecordHeaders();
    for (int i = 0; i < 5000; i++) {
      flood.add("h", null);
    }
    measurements.pipeInput(new TestRecord<>(bytes("k"), bytes("m"), flood, 1L));
    punctuate();
    var letter = deadLetters.readRecord();
    assertThat(text(letter.value())).isEqualTo("m");
    assertThat(texts(letter.headers()))
        .containsEntry(DeadLetterHeaders.ERROR_CLASS, "TooManyHeaders")
        .containsEntry(DeadLetterHeaders.OMITTED, "5000 headers")
        .doesNotContainKey("h");
  }

  @Test
  void shouldAnswerALateTimestampAndAnEarlyOne() {
    for (long timestamp : new long[] {0, Long.MAX_VALUE / 2}) {
      measurements.pipeInput(new TestRecord<>(null, bytes("m"), new RecordHeaders(), timestamp));
    }
    work.complete(0);
    work.complete(1);
    punctuate();
    assertThat(List.copyOf(reconstructions.readValuesToList())).hasSize(2);
  }

  /** Whether a punctuator is armed; each punctuation makes a commit. */
  private boolean commitsOnPunctuation() {
    double before = punctuations();
    punctuate();
    return punctuations() > before;
  }

  private double punctuations() {
    return driver.metrics().entrySet().stream()
        .filter(each -> each.getKey().name().equals("punctuate-total"))
        .mapToDouble(each -> ((Number) each.getValue().metricValue()).doubleValue())
        .sum();
  }

  private void punctuate() {
    driver.advanceWallClockTime(INTERVAL);
  }

  /** Finds whatever is asked for when there is room. */
  private final class Rereading implements SourceReader {
    private final ArrayDeque<Long> asked = new ArrayDeque<>();
    private final long timestamp;

    private Rereading(long timestamp) {
      this.timestamp = timestamp;
    }

    @Override
    public void request(long offset, boolean alone, long bytes) {
      asked.add(offset);
    }

    @Override
    public Reading poll() {
      if (asked.isEmpty()) {
        return null;
      }
      var permit = admission.tryAdmit(1, Duration.ofNanos(1));
      if (permit.isEmpty()) {
        return null;
      }
      var read =
          new ConsumerRecord<byte[], byte[]>(
              TOPICS.measurements(),
              0,
              asked.remove(),
              timestamp,
              TimestampType.CREATE_TIME,
              -1,
              1,
              null,
              bytes("m"),
              new RecordHeaders(),
              Optional.empty());
      return new Found(SourceRecord.of(read), permit.get());
    }

    @Override
    public void close() {}
  }

  private static final class NothingToRead implements SourceReader {
    @Override
    public void request(long offset, boolean alone, long bytes) {
      throw new AssertionError("nothing is parked in this test");
    }

    @Override
    public Reading poll() {
      return null;
    }

    @Override
    public void close() {}
  }
}
