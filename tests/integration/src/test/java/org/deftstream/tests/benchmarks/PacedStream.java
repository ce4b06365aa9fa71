package org.deftstream.tests.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.messaging.admin.Connection;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.HttpAddress;
import org.deftstream.service.ReconstructionService;
import org.deftstream.service.ServiceOptions;
import org.deftstream.tests.platform.Platform;

/**
 * A service in this JVM with its pages, measurements that are sent to it at a pace, and when each
 * answer could first be read by a consumer of committed records. Closed by whoever opened it.
 */
final class PacedStream implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(5);
  private static final String PREFIX = "m-";

  private final Topics topics;
  private final DeviceTask task;
  private final int partitions;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Serializer<Measurement> serializer;
  private final ReconstructionService service;
  private final Map<String, Long> committedAt = new ConcurrentHashMap<>();
  private final List<Long> commits = new ArrayList<>();
  private final Thread reader;
  private final Thread sender;
  private volatile double perSecond;
  private volatile int backlog;
  private volatile int sent;
  private volatile boolean closed;
  private volatile Throwable failure;

  /** Makes topics, starts the service and reads what it answers. */
  PacedStream(Platform platform, String name, int partitions, Path state, DeviceTask task) {
    this.task = task;
    this.partitions = partitions;
    topics = Topics.withPrefix(name + ".");
    new TopicAdmin(Connection.to(platform.bootstrapServers(), platform.registryUrl()))
        .create(topics, partitions, Optional.empty());
    Map<String, Object> kafka = Map.of("bootstrap.servers", platform.bootstrapServers());
    producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
    serializer = Serdes.of(platform.registryUrl()).serializer(Measurement.class);
    service =
        ReconstructionService.start(
            options(platform, name, state), engine -> new DeviceTasks(task), Platform.PATIENCE);
    reader = thread("page-reader", () -> read(platform.bootstrapServers()));
    sender = thread("page-sender", this::send);
  }

  private ServiceOptions options(Platform platform, String name, Path state) {
    var usual =
        ServiceOptions.of(
            ServiceOptions.Connection.of(platform.bootstrapServers(), platform.registryUrl()),
            "one",
            state,
            BareEngine.MAX_BATCH);
    return new ServiceOptions(
        usual.connection(),
        name,
        usual.instance(),
        usual.stateDirectory(),
        topics,
        1,
        2,
        usual.engine(),
        usual.admission(),
        usual.ledger(),
        usual.membership(),
        usual.maxRecordBytes(),
        Optional.of(HttpAddress.anyPort()));
  }

  private Thread thread(String name, Work work) {
    var thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (InterruptedException e) {
                // Closed.
              } catch (Throwable e) {
                failure = e;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Where the service's pages are. */
  String url() {
    return service.httpUrl().orElseThrow();
  }

  /** Sends at an even pace from now on. */
  void pace(double records) {
    perSecond = records;
  }

  /** Sends nothing more, and waits until all is answered. */
  void rest() throws InterruptedException {
    perSecond = 0;
    backlog = 0;
    awaitAnswers();
  }

  private void awaitAnswers() throws InterruptedException {
    long end = System.nanoTime() + Platform.PATIENCE.toNanos();
    while (committed() < sent) {
      check();
      if (System.nanoTime() > end) {
        throw new AssertionError(committed() + " of " + sent + " records answered");
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Answers per second while so many records wait at any time. */
  double saturate(int waiting, Duration time) throws InterruptedException {
    backlog = waiting;
    awaitBacklog(waiting);
    int before = committed();
    long start = System.nanoTime();
    while (System.nanoTime() - start < time.toNanos()) {
      check();
      TimeUnit.MILLISECONDS.sleep(50);
    }
    double rate = (committed() - before) / ((System.nanoTime() - start) / 1e9);
    rest();
    return rate;
  }

  /** The pipeline is full when as much has come out as goes in. */
  private void awaitBacklog(int waiting) throws InterruptedException {
    int before = committed();
    long end = System.nanoTime() + Platform.PATIENCE.toNanos();
    while (committed() < before + waiting) {
      check();
      if (System.nanoTime() > end) {
        throw new AssertionError("nothing is answered");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Answers that could be read so far. */
  int committed() {
    synchronized (commits) {
      return commits.size();
    }
  }

  /** When an answer could first be read, in milliseconds since 1970. */
  Optional<Long> committedAt(String id) {
    return Optional.ofNullable(committedAt.get(id));
  }

  /** For how many seconds there have been more answers than so many, at a time; 0 if not. */
  double secondsSinceMoreThan(int count, long nowMillis) {
    synchronized (commits) {
      return count < commits.size() ? Math.max(0, (nowMillis - commits.get(count)) / 1e3) : 0;
    }
  }

  private void check() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  private void send() throws InterruptedException {
    double due = System.nanoTime();
    while (!closed) {
      if (perSecond > 0) {
        if (due <= System.nanoTime()) {
          one();
          due += 1e9 / perSecond;
        } else {
          TimeUnit.MILLISECONDS.sleep(1);
        }
      } else {
        if (sent - committed() < backlog) {
          one();
        } else {
          TimeUnit.MILLISECONDS.sleep(1);
        }
        due = System.nanoTime();
      }
    }
  }

  private void one() {
    int number = sent;
    byte[] value = serializer.serialize(topics.measurements(), task.record(PREFIX + number));
    producer.send(
        new ProducerRecord<>(topics.measurements(), number % partitions, (byte[]) null, value));
    sent = number + 1;
  }

  private void read(String bootstrapServers) {
    try (var consumer = CommittedAnswers.open(bootstrapServers, topics, POLL)) {
      while (!closed) {
        for (var record : consumer.poll(POLL)) {
          if (record.topic().equals(topics.deadLetters())) {
            throw new AssertionError("a dead letter: " + record.headers());
          }
          long now = System.currentTimeMillis();
          committedAt.put(id(record.value()), now);
          synchronized (commits) {
            commits.add(now);
          }
        }
      }
    }
  }

  /** The first field behind the five bytes of the schema's; decoding all would cost the service. */
  private static String id(byte[] value) {
    return new String(value, 6, value[5] >> 1, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    sender.join();
    reader.join();
    service.close(Duration.ofSeconds(10));
    producer.close();
    serializer.close();
  }
}
