package org.deftstream.service.control;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.messaging.control.ControlSettings;
import org.deftstream.messaging.control.Reasons;
import org.deftstream.schemas.avro.AdapterStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes reports to the status topic, in the order in which they are given. A report that cannot be
 * written is logged and dropped: serving goes before telling. Thread-safe: a lease that comes back
 * after the end reports on its own thread, and is only logged.
 */
final class StatusPublisher implements Consumer<StatusEvent>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatusPublisher.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(30);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final String topic;
  private final String instance;
  private final Producer<String, byte[]> producer;
  private final Serializer<AdapterStatus> values;
  private long repeatedAt = System.nanoTime();
  private boolean closed;

  StatusPublisher(ControlSettings settings) {
    this.topic = settings.topics().adapterStatus();
    this.instance = settings.instance();
    this.producer =
        new KafkaProducer<>(settings.producer(), new StringSerializer(), new ByteArraySerializer());
    this.values = settings.serdes().serializer(AdapterStatus.class);
  }

  @Override
  public synchronized void accept(StatusEvent report) {
    LOG.info(
        "task {}: {} {}{}",
        report.task(),
        report.adapterId().orElse("training-free"),
        report.state(),
        report.reason().map(reason -> ": " + reason).orElse(""));
    if (closed) {
      return;
    }
    write(report);
  }

  /**
   * Says again what holds, when it is time to: so that others see that the instance is still there.
   *
   * @param standing the last report on each task that is served
   */
  synchronized void repeat(Supplier<List<StatusEvent>> standing) {
    long now = System.nanoTime();
    if (closed || now - repeatedAt < HEARTBEAT.toNanos()) {
      return;
    }
    repeatedAt = now;
    for (var report : standing.get()) {
      if (!write(report)) {
        return;
      }
    }
  }

  private boolean write(StatusEvent report) {
    var status =
        AdapterStatus.newBuilder()
            .setInstance(instance)
            .setTask(report.task())
            .setAdapterId(report.adapterId().orElse(null))
            .setState(report.state())
            .setReason(report.reason().orElse(null))
            .setAt(report.at())
            .setControlOffset(report.controlOffset().orElse(null))
            .setSeenAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
            .setHeartbeatMs(HEARTBEAT.toMillis())
            .build();
    try {
      String key = instance + "/" + report.task();
      producer.send(
          new ProducerRecord<>(topic, key, values.serialize(topic, status)),
          (metadata, error) -> {
            if (error != null) {
              LOG.warn("status of task {} was not written: {}", report.task(), error.toString());
            }
          });
      return true;
    } catch (KafkaException e) {
      LOG.warn("status of task {} was not written: {}", report.task(), Reasons.of(e));
      return false;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    producer.close(CLOSE_TIMEOUT);
    values.close();
  }
}
