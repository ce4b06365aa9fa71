package org.deftstream.service.ledger;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Reads and writes a partition's ledger, one value under one key. Writes are cached and reach the
 * changelog once for each commit, so a record costs a few bytes there, and a restore reads one key.
 * Confined to the task's stream thread.
 */
public final class LedgerStore {
  /** Settings of the changelog. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          // A measurement's own time may be far off; a broker refuses what lies in the future.
          TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime",
          TopicConfig.SEGMENT_BYTES_CONFIG, "16777216",
          TopicConfig.SEGMENT_MS_CONFIG, "600000",
          TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1",
          TopicConfig.DELETE_RETENTION_MS_CONFIG, "60000");

  /** Name of the store, and part of its changelog's name. */
  public static final String NAME = "in-flight-ledger";

  private static final String KEY = "ledger";

  private final KeyValueStore<String, byte[]> store;
  private final UUID source;
  private final long owner;

  /**
   * Wraps a task's store.
   *
   * @param store the store of name {@link #NAME}
   * @param source identity of the source topic
   * @param owner identity of this process
   */
  public LedgerStore(KeyValueStore<String, byte[]> store, UUID source, long owner) {
    this.store = store;
    this.source = source;
    this.owner = owner;
  }

  /**
   * How the store is made: persistent (a process that is started again then keeps its identity, and
   * takes over its own open transaction at once), cached, with a changelog that is compacted early.
   */
  public static StoreBuilder<KeyValueStore<String, byte[]>> builder() {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(NAME), Serdes.String(), Serdes.ByteArray())
        .withCachingEnabled()
        .withLoggingEnabled(SETTINGS);
  }

  /** The topic that Kafka Streams keeps the stores of a service in: one partition for each task. */
  public static String changelog(String applicationId) {
    return applicationId + "-" + NAME + "-changelog";
  }

  /** The changelog as Kafka Streams makes it. */
  public static NewTopic changelog(String applicationId, int partitions, short replicas) {
    var settings = new HashMap<>(SETTINGS);
    settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    return new NewTopic(changelog(applicationId), partitions, replicas).configs(settings);
  }

  /** What is stored, by whomever; empty for a new partition. */
  public Optional<LedgerState> load() {
    return Optional.ofNullable(store.get(KEY)).map(LedgerCodec::decode);
  }

  /**
   * Replaces what is stored, in the running transaction.
   *
   * @param tail the offset after the last consumed one
   * @param entries the unanswered records by rising offset
   */
  public void save(long tail, Collection<LedgerEntry> entries) {
    store.put(KEY, LedgerCodec.encode(source, owner, tail, entries));
  }

  /** Whether the state was written for the source topic that is there now. */
  public boolean sameSource(LedgerState state) {
    return state.source().equals(source);
  }

  /** Whether the state was written by this process. */
  public boolean sameOwner(LedgerState state) {
    return state.owner() == owner;
  }
}
