package org.deftstream.service;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.deftstream.deft.UserError;
import org.deftstream.service.ledger.LedgerStore;

/** What an instance asks the brokers about its topics, with a client of its own; to be closed. */
final class TopicInspector implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final ServiceOptions options;
  private final long maxRequestBytes;
  private final Admin admin;

  /**
   * Opens a client.
   *
   * @throws UserError if its settings cannot be used
   */
  TopicInspector(ServiceOptions options, ClientSettings clients) {
    this.options = options;
    this.maxRequestBytes = clients.maxRequestBytes();
    try {
      admin = Admin.create(clients.admin());
    } catch (KafkaException e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      throw new UserError(
          "Kafka at "
              + options.connection().bootstrapServers()
              + " cannot be used: "
              + why.getMessage(),
          e);
    }
  }

  /**
   * The facts as they are now; what is too small has been grown.
   *
   * @throws UnfitTopicsException if the service cannot work with the topics
   * @throws UserError if Kafka does not answer
   */
  TopicState facts() {
    return TopicState.of(
        admin, options.topics(), LedgerStore.changelog(options.applicationId()), maxRequestBytes);
  }

  /** Whether the ledger's topic, which Kafka Streams makes when it starts, is there. */
  boolean hasLedger() {
    try {
      describe(LedgerStore.changelog(options.applicationId()));
      return true;
    } catch (UnfitTopicsException e) {
      return false;
    }
  }

  /**
   * Makes the ledger's topic anew under running streams. They write the whole ledger with every
   * commit, so with the next one the new topic holds all that is in flight.
   */
  void makeLedgerAnew() {
    var measurements = describe(options.topics().measurements()).partitions();
    var topic =
        LedgerStore.changelog(
            options.applicationId(),
            measurements.size(),
            (short) measurements.get(0).replicas().size());
    try {
      AdminAnswers.get(admin.createTopics(List.of(topic)).all(), "make topic " + topic.name());
    } catch (UserError e) {
      if (!hasLedger()) {
        throw e;
      }
    }
  }

  private TopicDescription describe(String topic) {
    return AdminAnswers.get(
            admin.describeTopics(List.of(topic)).allTopicNames(), "describe its topics")
        .get(topic);
  }

  /** Warns of settings that could be better. */
  void warnOfSettings() {
    TopicState.warnOfSettings(admin, options.topics(), options.maxRecordBytes());
  }

  /** Kafka's identity of the topic of measurements. */
  UUID measurementsId() {
    var topic = options.topics().measurements();
    var id = describe(topic).topicId();
    return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  /**
   * Whether some partition of the measurements belongs to no member of the group though nothing is
   * moving: an instance that comes back under its own name is given what it had, and nobody looks
   * whether the topic has grown meanwhile.
   */
  boolean leavesPartitionsOut(int partitions) {
    var group =
        AdminAnswers.get(
                admin.describeConsumerGroups(List.of(options.applicationId())).all(),
                "look at its group")
            .get(options.applicationId());
    if (group.groupState() != GroupState.STABLE) {
      return false;
    }
    Set<Integer> owned = new HashSet<>();
    group
        .members()
        .forEach(
            member ->
                member.assignment().topicPartitions().stream()
                    .filter(each -> each.topic().equals(options.topics().measurements()))
                    .forEach(each -> owned.add(each.partition())));
    return owned.size() < partitions;
  }

  /** Transactions of the ledger, the answers and the group that nobody will end, in words. */
  List<String> hangingTransactions() {
    return HangingTransactions.on(
        admin,
        List.of(
            LedgerStore.changelog(options.applicationId()),
            options.topics().reconstructions(),
            options.topics().deadLetters()),
        options.applicationId(),
        options.connection().bootstrapServers());
  }

  @Override
  public void close() {
    admin.close(CLOSE);
  }
}
