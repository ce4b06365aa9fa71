package org.deftstream.service;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.deftstream.messaging.deadletter.SkipNotes;
import org.deftstream.service.ledger.LogStartOffsets;
import org.deftstream.service.ledger.SkippedOffsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers, with a client of its own, and takes note of the offsets that operators had
 * passed over. Thread-safe; closed by its owner.
 */
final class AdminLogStart implements LogStartOffsets, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AdminLogStart.class);
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final int TIMEOUT_MS = 10_000;

  private final String topic;
  private final String applicationId;
  private final Map<String, Object> settings;
  private final SkippedOffsets skipped;
  private Admin admin;

  AdminLogStart(
      String topic, String applicationId, Map<String, Object> settings, SkippedOffsets skipped) {
    this.topic = topic;
    this.applicationId = applicationId;
    this.settings = settings;
    this.skipped = skipped;
    this.admin = Admin.create(settings);
  }

  @Override
  public CompletableFuture<Long> ask(int partition) {
    var asked = new TopicPartition(topic, partition);
    Admin client = client();
    var start =
        client
            .listOffsets(
                Map.of(asked, OffsetSpec.earliest()),
                new ListOffsetsOptions().timeoutMs(TIMEOUT_MS))
            .partitionResult(asked)
            .toCompletionStage()
            .thenApply(ListOffsetsResultInfo::offset);
    return refresh(client, List.of(asked))
        .thenCombine(start, (noted, begins) -> begins)
        // A client whose thread has died never answers.
        .orTimeout(3L * TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .whenComplete(
            (begins, error) -> {
              if (error instanceof TimeoutException) {
                replace(client);
              }
            });
  }

  /** Learns what operators had passed over. */
  CompletableFuture<Void> refresh(List<TopicPartition> partitions) {
    return refresh(client(), partitions);
  }

  private CompletableFuture<Void> refresh(Admin client, List<TopicPartition> partitions) {
    return SkipNotes.read(client, applicationId, partitions, TIMEOUT_MS)
        .toCompletionStage()
        .toCompletableFuture()
        .<Void>handle(
            (noted, error) -> {
              if (error == null) {
                noted.forEach((each, offsets) -> skipped.set(each.partition(), offsets));
              } else if (unauthorized(error)) {
                log.debug("group {} may not be read", SkipNotes.group(applicationId), error);
              } else {
                throw new IllegalStateException("what was passed over is not known", error);
              }
              return null;
            });
  }

  /** Then nothing can have been noted under that name by this service's own means. */
  private static boolean unauthorized(Throwable error) {
    return error instanceof AuthorizationException
        || error.getCause() instanceof AuthorizationException;
  }

  private synchronized Admin client() {
    return admin;
  }

  private synchronized void replace(Admin silent) {
    if (admin == silent) {
      silent.close(Duration.ZERO);
      admin = Admin.create(settings);
    }
  }

  @Override
  public synchronized void close() {
    admin.close(CLOSE);
  }
}
