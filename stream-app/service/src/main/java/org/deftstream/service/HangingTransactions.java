package org.deftstream.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.UserError;

/**
 * Finds transactions that a partition holds open and no coordinator knows of: a broker lost the
 * marker of their end (KAFKA-20734). What lies behind one is hidden from every reader of committed
 * records for ever, and a service that has to restore its ledger from there waits for ever.
 */
final class HangingTransactions {
  private static final Set<TransactionState> OPEN =
      EnumSet.of(
          TransactionState.ONGOING,
          TransactionState.PREPARE_COMMIT,
          TransactionState.PREPARE_ABORT);

  /** Where Kafka keeps the offsets of groups. */
  private static final String OFFSETS = "__consumer_offsets";

  private final Admin admin;
  private final String bootstrapServers;

  private HangingTransactions(Admin admin, String bootstrapServers) {
    this.admin = admin;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Looks.
   *
   * @param admin a client; borrowed
   * @param topics whose partitions are looked at; what is not there is passed over
   * @param group whose offsets are looked at
   * @param bootstrapServers for the command that is recommended
   * @return one line for each, which says where it lies and what ends it
   * @throws UserError if Kafka does not answer
   */
  static List<String> on(
      Admin admin, Collection<String> topics, String group, String bootstrapServers) {
    return new HangingTransactions(admin, bootstrapServers).find(topics, group);
  }

  private List<String> find(Collection<String> topics, String group) {
    var asked = new ArrayList<>(topics);
    asked.add(OFFSETS);
    List<TopicPartition> partitions = new ArrayList<>();
    admin
        .describeTopics(asked)
        .topicNameValues()
        .forEach(
            (name, answer) -> {
              try {
                var topic = AdminAnswers.get(answer, "describe its topics");
                partitions.addAll(of(topic, group));
              } catch (UnfitTopicsException e) {
                // Not there, so nothing hangs on it.
              }
            });
    var held = held(partitions);
    if (held.isEmpty()) {
      return List.of();
    }
    var open = openProducers();
    List<String> lines = new ArrayList<>();
    AdminAnswers.get(admin.describeProducers(held.keySet()).all(), "look for open transactions")
        .forEach(
            (partition, producers) ->
                producers.activeProducers().stream()
                    .filter(each -> each.currentTransactionStartOffset().isPresent())
                    .filter(each -> !open.contains(each.producerId()))
                    .forEach(each -> lines.add(line(partition, each))));
    return lines;
  }

  private static List<TopicPartition> of(TopicDescription topic, String group) {
    int number = topic.partitions().size();
    if (topic.name().equals(OFFSETS)) {
      return List.of(new TopicPartition(OFFSETS, (group.hashCode() & 0x7fffffff) % number));
    }
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      partitions.add(new TopicPartition(topic.name(), i));
    }
    return partitions;
  }

  /** Partitions whose committed records end before their records do. */
  private Map<TopicPartition, Long> held(List<TopicPartition> partitions) {
    var ends = ends(partitions, IsolationLevel.READ_UNCOMMITTED);
    var stable = ends(partitions, IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, Long> held = new HashMap<>();
    stable.forEach(
        (partition, end) -> {
          if (end.offset() < ends.get(partition).offset()) {
            held.put(partition, end.offset());
          }
        });
    return held;
  }

  private Map<TopicPartition, ListOffsetsResultInfo> ends(
      List<TopicPartition> partitions, IsolationLevel level) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(each -> asked.put(each, OffsetSpec.latest()));
    return AdminAnswers.get(
        admin.listOffsets(asked, new ListOffsetsOptions(level)).all(), "look where its topics end");
  }

  private Set<Long> openProducers() {
    return AdminAnswers.get(
            admin.listTransactions(new ListTransactionsOptions().filterStates(OPEN)).all(),
            "look for open transactions")
        .stream()
        .map(TransactionListing::producerId)
        .collect(Collectors.toSet());
  }

  private String line(TopicPartition partition, ProducerState producer) {
    long start = producer.currentTransactionStartOffset().getAsLong();
    return "a transaction that nobody ends lies on partition %d of %s at offset %d and hides what lies behind it; see 'hanging transaction' in docs/operations.md, then: kafka-transactions.sh --bootstrap-server %s abort --topic %s --partition %d --start-offset %d"
        .formatted(
            partition.partition(),
            partition.topic(),
            start,
            bootstrapServers,
            partition.topic(),
            partition.partition(),
            start);
  }
}
