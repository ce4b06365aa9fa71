package org.deftstream.service.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.deftstream.deft.engine.AdmissionBudget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConsumerSourceReaderTest {
  private static final TopicPartition PARTITION = new TopicPartition("in", 0);

  private final AdmissionController admission =
      new AdmissionController(new AdmissionBudget(1 << 20), 1 << 20, 3);
  private final AtomicInteger consumers = new AtomicInteger();
  private final List<Long> log = new ArrayList<>();
  private long start;
  private long end;
  private KafkaException failure;
  private Error error;
  private ConsumerSourceReader reader;

  @AfterEach
  void close() {
    if (reader != null) {
      reader.close();
    }
  }

  @Test
  void shouldFindWhatIsThereInTheOrderAskedFor() {
    log(0, 1, 2, 3, 4, 5);
    var readings = read(1, 2, 5);
    assertThat(readings).containsExactly("1", "2", "5");
  }

  @Test
  void shouldReportWhatLiesBelowTheStartOfTheLog() {
    start = 3;
    log(3, 4);
    assertThat(read(1, 2, 3))
        .containsExactly(
            "1 gone: the log begins at offset 3", "2 gone: the log begins at offset 3", "3");
  }

  @Test
  void shouldReportWhatTheLogSkips() {
    log(0, 4, 5);
    assertThat(read(0, 2, 5)).containsExactly("0", "2 gone: the log goes on at offset 4", "5");
  }

  @Test
  void shouldTryAgainWhenTheConsumerFails() {
    log(0, 1);
    failure = new TimeoutException("no broker");
    assertThat(read(0, 1)).containsExactly("0", "1");
    assertThat(consumers.get()).isGreaterThan(1);
  }

  @Test
  void shouldReadNoFurtherThanThereIsRoom() {
    log(0, 1, 2, 3, 4);
    open();
    for (long offset = 0; offset < 5; offset++) {
      reader.request(offset, false, 0);
    }
    var held = new ArrayList<SourceReader.Found>();
    while (held.size() < 3) {
      if (reader.poll() instanceof SourceReader.Found found) {
        held.add(found);
      }
    }
    assertThat(admission.open()).isEqualTo(3);
    assertThat(reader.poll()).isNull();
    held.get(0).permit().close();
    SourceReader.Reading next = null;
    while (next == null) {
      next = reader.poll();
    }
    assertThat(next.offset()).isEqualTo(3);
  }

  @Test
  void shouldGiveBackWhatNobodyPolled() {
    log(0, 1);
    open();
    reader.request(0, false, 0);
    reader.request(1, true, 0);
    while (admission.open() == 0) {
      Thread.onSpinWait();
    }
    reader.close();
    assertThat(admission.awaitEmpty(Duration.ofSeconds(10))).isTrue();
  }

  /**
   * Requests come while a batch is walked; what was asked for since the batch was looked at is not
   * gone for lying below it.
   */
  @Test
  void shouldNeverCallARecordGoneThatIsThere() {
    int records = 30_000;
    reader =
        new ConsumerSourceReader(
            atOnce -> new LogConsumer(PARTITION, records, atOnce, -1), PARTITION, admission);
    var random = new SplittableRandom(6);
    long offset = 0;
    int found = 0;
    int asked = 0;
    while (offset < records) {
      asked++;
      reader.request(offset, false, 0);
      // Now and then one that lies before what was read last.
      long earlier = random.nextInt(20) == 0 ? Math.max(0, offset - 1 - random.nextInt(100)) : -1;
      if (earlier >= 0 && earlier < offset) {
        asked++;
        reader.request(earlier, false, 0);
      }
      while (found < asked) {
        var reading = reader.poll();
        assertThat(reading instanceof SourceReader.Gone).as("%s", reading).isFalse();
        if (reading instanceof SourceReader.Found one) {
          one.permit().close();
          found++;
        }
      }
      offset += 1 + random.nextInt(3);
    }
    assertThat(found).isEqualTo(asked);
  }

  @Test
  void shouldGoOnAfterAnError() {
    log(0, 1);
    error = new OutOfMemoryError("the heap is full for a moment");
    assertThat(read(0, 1)).containsExactly("0", "1");
    assertThat(consumers.get()).isGreaterThan(1);
  }

  @Test
  void shouldGiveUpARecordThatCannotBeReadAndGoOnWithTheNext() {
    reader =
        new ConsumerSourceReader(
            atOnce -> new LogConsumer(PARTITION, 12, atOnce, 9),
            PARTITION,
            admission,
            new ReadFailures(Duration.ZERO));
    assertThat(answers(3, 9, 11)).containsExactly("3", "9 unreadable", "11");
  }

  private void log(long... offsets) {
    for (long offset : offsets) {
      log.add(offset);
    }
    end = offsets[offsets.length - 1] + 1;
  }

  private void open() {
    reader =
        new ConsumerSourceReader(
            this::consumer, PARTITION, admission, new ReadFailures(Duration.ZERO));
  }

  private List<String> read(long... offsets) {
    open();
    return answers(offsets);
  }

  private List<String> answers(long... offsets) {
    for (long offset : offsets) {
      reader.request(offset, false, 0);
    }
    var readings = new ArrayList<String>();
    while (readings.size() < offsets.length) {
      var reading = reader.poll();
      if (reading instanceof SourceReader.Found found) {
        assertThat(new String(found.record().value(), StandardCharsets.UTF_8))
            .isEqualTo("value-" + found.offset());
        found.permit().close();
        readings.add(Long.toString(found.offset()));
      } else if (reading instanceof SourceReader.Gone gone) {
        readings.add(gone.offset() + " gone: " + gone.reason());
      } else if (reading instanceof SourceReader.Unreadable bad) {
        assertThat(bad.reason()).contains("seek past the record");
        readings.add(bad.offset() + " unreadable");
      }
    }
    return readings;
  }

  /** A consumer of the log; the first one fails if the test wants it. */
  private Consumer<byte[], byte[]> consumer(int records) {
    var consumer =
        new MockConsumer<byte[], byte[]>("none") {
          @Override
          public synchronized void seek(TopicPartition partition, long offset) {
            super.seek(partition, offset);
            schedulePollTask(
                () ->
                    log.stream()
                        .filter(each -> each >= offset)
                        .forEach(each -> addRecord(record(each))));
          }
        };
    boolean first = consumers.getAndIncrement() == 0;
    if (first && error != null) {
      consumer.schedulePollTask(
          () -> {
            throw error;
          });
    }
    if (first && failure != null) {
      consumer.setPollException(failure);
    }
    consumer.updateBeginningOffsets(Map.of(PARTITION, start));
    consumer.updateEndOffsets(Map.of(PARTITION, end));
    return consumer;
  }

  private static ConsumerRecord<byte[], byte[]> record(long offset) {
    return new ConsumerRecord<>(
        "in", 0, offset, null, ("value-" + offset).getBytes(StandardCharsets.UTF_8));
  }
}
