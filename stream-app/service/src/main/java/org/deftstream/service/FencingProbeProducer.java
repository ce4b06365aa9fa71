package org.deftstream.service;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.deftstream.service.ledger.FencingProbe;

/**
 * Sends probes with a producer of its own, outside any transaction, from a thread of its own: a
 * send may wait for the brokers, and a stream thread must not. Thread-safe; closed by its owner.
 */
final class FencingProbeProducer implements FencingProbe, AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final String topic;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            var made = new Thread(task, "deftstream-probes");
            made.setDaemon(true);
            return made;
          });
  private final KafkaProducer<byte[], byte[]> producer;

  FencingProbeProducer(String topic, Map<String, Object> settings) {
    this.topic = topic;
    this.producer = new KafkaProducer<>(settings);
  }

  @Override
  public CompletableFuture<?> send(int partition) {
    var sent = new CompletableFuture<Void>();
    thread.execute(
        () -> {
          try {
            producer.send(
                new ProducerRecord<>(topic, partition, null, new byte[0]),
                (metadata, error) -> complete(sent, error));
          } catch (RuntimeException e) {
            sent.completeExceptionally(e);
          }
        });
    return sent;
  }

  private static void complete(CompletableFuture<Void> sent, Exception error) {
    if (error == null) {
      sent.complete(null);
    } else {
      sent.completeExceptionally(error);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    producer.close(CLOSE);
  }
}
