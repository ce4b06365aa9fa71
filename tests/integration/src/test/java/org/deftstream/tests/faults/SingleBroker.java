package org.deftstream.tests.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.tests.platform.EmbeddedPlatform;

/** {@code deftstream stack up}, as a user runs it: one broker. Used by one thread; to be closed. */
final class SingleBroker implements Brokers, AutoCloseable {
  /** The cleanest end of a transaction whose producer is gone takes its timeout and a bit more. */
  private static final Duration ENDS = Duration.ofMinutes(2);

  private final EmbeddedPlatform platform;

  /** Starts it with its data in a directory. */
  SingleBroker(Path directory) {
    platform = EmbeddedPlatform.start(directory);
  }

  @Override
  public String bootstrapServers() {
    return platform.bootstrapServers();
  }

  @Override
  public String registryUrl() {
    return platform.registryUrl();
  }

  @Override
  public int copies() {
    return 1;
  }

  /** Stops it in order, with SIGTERM, and waits for its end. */
  void stop() {
    platform.stopBroker();
  }

  /** Starts it again on its data, and waits until it answers. */
  void start() {
    platform.restartBroker();
  }

  /**
   * Partitions, Kafka's own included, that hold a transaction open which nobody has ended in good
   * time, though no producer lives any more.
   */
  List<TopicPartition> hangingTransactions() throws Exception {
    long deadline = System.nanoTime() + ENDS.toNanos();
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      while (true) {
        var held = held(admin);
        if (held.isEmpty() || System.nanoTime() > deadline) {
          return held;
        }
        TimeUnit.MILLISECONDS.sleep(500);
      }
    }
  }

  private static List<TopicPartition> held(Admin admin) throws Exception {
    var names = new TreeSet<>(admin.listTopics().names().get());
    names.add("__consumer_offsets");
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    admin
        .describeTopics(names)
        .allTopicNames()
        .get()
        .forEach(
            (name, topic) ->
                topic
                    .partitions()
                    .forEach(
                        each ->
                            asked.put(
                                new TopicPartition(name, each.partition()), OffsetSpec.latest())));
    var stable =
        admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all().get();
    var ends = admin.listOffsets(asked).all().get();
    List<TopicPartition> held = new ArrayList<>();
    stable.forEach(
        (partition, end) -> {
          if (end.offset() < ends.get(partition).offset()) {
            held.add(partition);
          }
        });
    return held;
  }

  @Override
  public void close() {
    platform.close();
  }
}
