package org.deftstream.stream.service;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.stream.ledger.LogStart;

/** Asks the brokers, with a client of its own. Thread-safe; closed by its owner. */
final class AdminLogStart implements LogStart, AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final int TIMEOUT_MS = 10_000;

  private final String topic;
  private final Admin admin;

  AdminLogStart(String topic, Map<String, Object> settings) {
    this.topic = topic;
    this.admin = Admin.create(settings);
  }

  @Override
  public CompletableFuture<Long> ask(int partition) {
    var asked = new TopicPartition(topic, partition);
    return admin
        .listOffsets(
            Map.of(asked, OffsetSpec.earliest()), new ListOffsetsOptions().timeoutMs(TIMEOUT_MS))
        .partitionResult(asked)
        .toCompletionStage()
        .thenApply(ListOffsetsResultInfo::offset)
        .toCompletableFuture();
  }

  @Override
  public void close() {
    admin.close(CLOSE);
  }
}
