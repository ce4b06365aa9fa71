package org.deftstream.tests.trainer;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Serve;
import org.deftstream.tests.platform.Platform;

/** What the control topics say. Thread-safe. */
public final class PublishedAdapters {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final Platform platform;
  private final PublisherSettings access;

  /** The control topics of an installation, changed by a person. */
  public PublishedAdapters(Platform platform, Topics topics) {
    this(platform, topics, "test");
  }

  /**
   * As above.
   *
   * @param issuedBy who changes them
   */
  public PublishedAdapters(Platform platform, Topics topics, String issuedBy) {
    this.platform = platform;
    access =
        new PublisherSettings(
            Map.of("bootstrap.servers", platform.bootstrapServers()),
            Serdes.of(platform.registryUrl()),
            topics,
            TIMEOUT,
            issuedBy);
  }

  /** Changes a task. */
  public void change(String task, UnaryOperator<AdapterControl> change) {
    new AdapterPublisher(access).change(task, change);
  }

  /** The adapter that is to serve a task, if one is. */
  public Optional<String> stable(String task) {
    return Optional.ofNullable(ControlTopic.read(access).get(task))
        .filter(state -> state.getServe() == Serve.ADAPTER)
        .map(state -> state.getStable().getAdapterId());
  }

  /** The adapter that is on trial for a task, if one is. */
  public Optional<String> canary(String task) {
    return Optional.ofNullable(ControlTopic.read(access).get(task).getCanary())
        .map(AdapterRef::getAdapterId);
  }

  /** The adapters that were published for a task and are kept. */
  public Collection<String> known(String task) {
    return ControlChanges.known(ControlTopic.read(access).get(task)).keySet();
  }

  /** Whether every instance has reported that state of an adapter, or of no adapter, last. */
  public boolean reported(String task, AdapterState state, String adapterId) {
    var reports =
        ControlTopic.statuses(access).values().stream()
            .filter(report -> report.getTask().equals(task))
            .toList();
    return !reports.isEmpty()
        && reports.stream()
            .allMatch(
                report ->
                    report.getState() == state && Objects.equals(report.getAdapterId(), adapterId));
  }

  /** Keys of chunks that no published adapter has. */
  public Set<String> chunksWithoutAdapter() {
    var wanted = new HashSet<String>();
    for (var state : ControlTopic.read(access).values()) {
      for (AdapterRef ref : ControlChanges.known(state).values()) {
        for (int i = 0; i < ref.getChunks(); i++) {
          wanted.add(ref.getWeightsSha256() + "/" + i);
        }
      }
    }
    var there = new TreeSet<>(liveKeys(access.topics().adapterWeights()));
    there.removeAll(wanted);
    return there;
  }

  private Set<String> liveKeys(String topic) {
    Map<String, Boolean> live = new HashMap<>();
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            platform.bootstrapServers(),
            "isolation.level",
            "read_committed",
            "enable.auto.commit",
            false);
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          live.put(record.key(), record.value() != null);
        }
      }
    }
    live.values().removeIf(present -> !present);
    return live.keySet();
  }
}
