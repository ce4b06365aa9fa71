package org.deftstream.tests.faults;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** What an operator can do to a topic of measurements and its group. To be closed. */
final class SourceLog implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Set<TransactionState> OPEN =
      EnumSet.of(
          TransactionState.ONGOING,
          TransactionState.PREPARE_COMMIT,
          TransactionState.PREPARE_ABORT);

  private final String topic;
  private final String group;
  private final Admin admin;

  SourceLog(Brokers cluster, String topic, String group) {
    this.topic = topic;
    this.group = group;
    admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
  }

  /** Deletes what lies below an offset. */
  void cut(int partition, long offset) throws Exception {
    admin
        .deleteRecords(
            Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
        .all()
        .get();
  }

  /** Ends what killed instances left open, so that what was committed can be read to its end. */
  void endTransactions() throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var open =
          admin.listTransactions(new ListTransactionsOptions().filterStates(OPEN)).all().get();
      var ids =
          open.stream()
              .filter(each -> each.transactionalId().startsWith(group + "-"))
              .collect(Collectors.toSet());
      if (ids.isEmpty()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("transactions stay open: " + ids);
      }
      var ongoing =
          ids.stream()
              .filter(each -> each.state() == TransactionState.ONGOING)
              .map(each -> each.transactionalId())
              .toList();
      if (!ongoing.isEmpty()) {
        admin.fenceProducers(ongoing).all().get();
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** Sets each consumed offset back to any lower one, or to 0. No instance runs. */
  void setBack(Random random) throws Exception {
    endTransactions();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    var consumed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    Map<TopicPartition, OffsetAndMetadata> back = new HashMap<>();
    boolean toStart = random.nextBoolean();
    consumed.forEach(
        (partition, at) -> {
          if (partition.topic().equals(topic)) {
            long to = toStart || at.offset() == 0 ? 0 : random.nextLong(at.offset());
            back.put(partition, new OffsetAndMetadata(to));
          }
        });
    while (true) {
      try {
        admin
            .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
            .all()
            .get();
        admin.alterConsumerGroupOffsets(group, back).all().get();
        return;
      } catch (ExecutionException e) {
        boolean members =
            e.getCause() instanceof GroupNotEmptyException
                || e.getCause() instanceof UnknownMemberIdException;
        if (!members || System.nanoTime() > deadline) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(500);
      }
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }
}
