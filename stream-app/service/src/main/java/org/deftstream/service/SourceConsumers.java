package org.deftstream.service;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.service.ledger.SkippedOffsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the consumers of stream threads. As long as an offset that is to be passed over lies ahead,
 * they return one record at a time, so that none is read beside others. Thread-safe.
 */
final class SourceConsumers implements Function<Map<String, Object>, Consumer<byte[], byte[]>> {
  private static final Logger log = LoggerFactory.getLogger(SourceConsumers.class);
  private static final long SECONDS = 30;

  private final ServiceOptions options;
  private final ClientSettings clients;
  private final AdminLogStart logStart;
  private final SkippedOffsets skipped;
  private final RunHistory history;
  private final StreamPulse pulse;

  SourceConsumers(
      ServiceOptions options,
      ClientSettings clients,
      AdminLogStart logStart,
      SkippedOffsets skipped,
      RunHistory history,
      StreamPulse pulse) {
    this.options = options;
    this.clients = clients;
    this.logStart = logStart;
    this.skipped = skipped;
    this.history = history;
    this.pulse = pulse;
  }

  @Override
  public Consumer<byte[], byte[]> apply(Map<String, Object> config) {
    var settings = new HashMap<>(config);
    if (skipsAhead()) {
      settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    }
    return new SourceConsumer(
        settings,
        options.topics().measurements(),
        skipped,
        history,
        pulse,
        new UnreadableRecord(() -> clients.reader(1), ClientSettings.POLLED_RECORDS));
  }

  private boolean skipsAhead() {
    try (var admin = Admin.create(clients.admin())) {
      var topic = options.topics().measurements();
      var partitions =
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get(SECONDS, TimeUnit.SECONDS)
              .get(topic)
              .partitions()
              .stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      logStart.refresh(partitions).get(SECONDS, TimeUnit.SECONDS);
      if (partitions.stream().allMatch(each -> skipped.of(each.partition()).isEmpty())) {
        return false;
      }
      Map<TopicPartition, OffsetAndMetadata> consumed =
          admin
              .listConsumerGroupOffsets(options.applicationId())
              .partitionsToOffsetAndMetadata()
              .get(SECONDS, TimeUnit.SECONDS);
      return partitions.stream().anyMatch(each -> ahead(each, consumed.get(each)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.warn("what is to be passed over could not be learned: {}", e.toString());
    }
    return false;
  }

  private boolean ahead(TopicPartition partition, OffsetAndMetadata consumed) {
    var offsets = skipped.of(partition.partition());
    return !offsets.isEmpty() && (consumed == null || offsets.last() >= consumed.offset());
  }
}
