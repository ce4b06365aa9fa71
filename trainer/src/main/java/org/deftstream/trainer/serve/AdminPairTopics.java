package org.deftstream.trainer.serve;

import java.util.HashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.DeadLetter;
import org.deftstream.trainer.pairs.PairTopics;

/** Asks with a client of its own. */
final class AdminPairTopics implements PairTopics {
  private final Admin admin;
  private final PublisherSettings access;

  private AdminPairTopics(Admin admin, PublisherSettings access) {
    this.admin = admin;
    this.access = access;
  }

  /** Opens a client; it does not connect yet. */
  static AdminPairTopics open(PublisherSettings access) {
    var config = new HashMap<>(access.kafka());
    int millis = Math.toIntExact(access.timeout().toMillis());
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    // Not above the timeout of the whole, which Kafka refuses.
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    return new AdminPairTopics(Admin.create(config), access);
  }

  @Override
  public Facts look() {
    String pairs = access.topics().labelledPairs();
    String letters = access.topics().labelledPairDeadLetters();
    var described = admin.describeTopics(List.of(pairs, letters)).topicNameValues();
    answer(letters, described.get(letters));
    var topic = answer(pairs, described.get(pairs));
    return new Facts(topic.topicId().toString(), topic.partitions().size(), letterLimit(letters));
  }

  private long letterLimit(String letters) {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, letters);
    var future = admin.describeConfigs(List.of(resource)).values().get(resource);
    Config config;
    try {
      config = answer(letters, future);
    } catch (UserError e) {
      if (e.getCause() instanceof AuthorizationException) {
        // Whoever may not see the limit takes the one that the topic was made with.
        return access.topics().maxRecordBytes();
      }
      throw e;
    }
    var entry = config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
    long limit =
        Math.min(
            entry == null ? Long.MAX_VALUE : Long.parseLong(entry.value()),
            PairClients.maxRequest(access));
    if (limit < DeadLetter.LEAST_LIMIT) {
      throw new UserError(
          "topic '%s' takes records of %d bytes, but dead letters need %d; raise its max.message.bytes"
              .formatted(letters, limit, DeadLetter.LEAST_LIMIT));
    }
    return limit;
  }

  private <T> T answer(String topic, KafkaFuture<T> future) {
    try {
      return future.get(access.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new UserError(
            "topic '" + topic + "' does not exist; create it with: deftstream topics create",
            e.getCause());
      }
      throw new UserError(
          "Kafka says nothing of topic '" + topic + "': " + e.getCause().getMessage(),
          e.getCause());
    } catch (TimeoutException e) {
      throw new UserError("Kafka says nothing of topic '" + topic + "' in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while Kafka was asked about topic '" + topic + "'", e);
    }
  }

  @Override
  public void close() {
    admin.close(java.time.Duration.ZERO);
  }
}
