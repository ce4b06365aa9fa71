package org.deftstream.tests.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Holds the stream thread of a child, and nothing else of it, while a file exists: its clients have
 * interceptors that wait. Another file says that it stands still.
 */
public final class StreamThreadHold {
  /** Between the poll that returned records and their processing. */
  static final String POLL = "poll";

  /** After an answer was sent, before the ledger that belongs to it is. */
  static final String TRANSACTION = "transaction";

  private static final String FILE = "stall.file";

  private final Path file;

  private StreamThreadHold(Path file) {
    this.file = file;
  }

  /** What a child adds to the settings of Kafka Streams. */
  static Map<String, Object> settings(Path state) {
    return Map.of(
        "main.consumer.interceptor.classes",
        Poll.class.getName(),
        "main.consumer." + FILE,
        file(state, POLL).toString(),
        "producer.interceptor.classes",
        Transaction.class.getName(),
        "producer." + FILE,
        file(state, TRANSACTION).toString());
  }

  private static Path file(Path state, String point) {
    return state.resolveSibling(state.getFileName() + ".hold-" + point);
  }

  /** Asks a child, by its state directory, to stand still where it is told to. */
  static StreamThreadHold at(Path state, String point) throws IOException {
    var file = file(state, point);
    Files.deleteIfExists(reachedFile(file));
    Files.createFile(file);
    return new StreamThreadHold(file);
  }

  /** Whether it stands still. */
  boolean reached() {
    return Files.exists(reachedFile(file));
  }

  /** Lets it go on. */
  void release() throws IOException {
    Files.delete(file);
  }

  private static Path reachedFile(Path file) {
    return file.resolveSibling(file.getFileName() + ".reached");
  }

  private static void waitWhileThere(Path file) {
    try {
      if (Files.exists(file)) {
        Files.createFile(reachedFile(file));
        while (Files.exists(file)) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Holds the thread in poll. */
  public static final class Poll implements ConsumerInterceptor<byte[], byte[]> {
    private Path file;

    @Override
    public void configure(Map<String, ?> configs) {
      file = Path.of((String) configs.get(FILE));
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
      waitWhileThere(file);
      return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}
  }

  /** Holds the thread in a transaction that brokers know of. */
  public static final class Transaction implements ProducerInterceptor<byte[], byte[]> {
    private Path file;
    private boolean answered;

    @Override
    public void configure(Map<String, ?> configs) {
      file = Path.of((String) configs.get(FILE));
    }

    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
      if (!record.topic().endsWith("-changelog")) {
        answered = true;
      } else if (answered) {
        answered = false;
        waitWhileThere(file);
      }
      return record;
    }

    @Override
    public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

    @Override
    public void close() {}
  }
}
