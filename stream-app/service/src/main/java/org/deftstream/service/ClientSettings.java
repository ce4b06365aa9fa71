package org.deftstream.service;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of Kafka's clients, each for a reason that was measured. What is passed through
 * wins, except where the guarantees depend on it.
 */
final class ClientSettings {
  private static final int MIB = 1 << 20;

  /** Measured with records of 2 MB: smaller fetches cost 13 per cent. */
  private static final int LEAST_FETCH_BYTES = 8 * MIB;

  /** Small, because what was polled is on the heap before it is admitted. */
  static final int POLLED_RECORDS = 16;

  private static final int TRANSACTION_TIMEOUT_MS = 10_000;

  private final ServiceOptions options;

  /**
   * The settings that the options ask for.
   *
   * @throws org.deftstream.deft.UserError if something is passed through that the guarantees forbid
   */
  ClientSettings(ServiceOptions options) {
    ProtectedSettings.check(options.connection());
    this.options = options;
  }

  /** For Kafka Streams. */
  Properties streams() {
    var settings = new Properties();
    settings.putAll(common());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, options.applicationId());
    settings.put(StreamsConfig.STATE_DIR_CONFIG, options.stateDirectory().toString());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, options.streamThreads());
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    // A thread that sleeps in poll does not see that work is done.
    settings.put(StreamsConfig.POLL_MS_CONFIG, options.ledger().drainInterval().toMillis());
    // Two source topics that have nothing to do with each other in time.
    settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1L);
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, POLLED_RECORDS);
    settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, 0);
    consumer().forEach((key, value) -> settings.put(StreamsConfig.consumerPrefix(key), value));
    options
        .membership()
        .id()
        .ifPresent(
            id ->
                settings.put(
                    StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), id));
    producer().forEach((key, value) -> settings.put(StreamsConfig.producerPrefix(key), value));
    settings.putAll(options.connection().streams());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    return settings;
  }

  /** Whether the instance comes back under a name of its own. */
  boolean staticMember() {
    return streams()
        .containsKey(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG));
  }

  /**
   * For the consumers that read records again.
   *
   * @param records that one poll returns at most
   */
  Map<String, Object> reader(int records) {
    var settings = common();
    settings.putAll(consumer());
    settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
    settings.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, records);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // A record that is gone must be reported, not passed over.
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    return settings;
  }

  /** For the producer of probes. */
  Map<String, Object> probes() {
    var settings = common();
    settings.putAll(options.connection().producer());
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000L);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    return settings;
  }

  /** For administration at start. */
  Map<String, Object> admin() {
    return common();
  }

  /** For the registry's client: short waits, because a thread stands still meanwhile. */
  Map<String, Object> registry() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("http.connect.timeout.ms", 2_000);
    settings.put("http.read.timeout.ms", 5_000);
    // A hostile producer must not make one request to the registry for each record.
    settings.put("missing.id.cache.ttl.sec", 10L);
    settings.putAll(options.connection().registry());
    return settings;
  }

  /** The largest request that the streams' producer sends. */
  long maxRequestBytes() {
    Object set =
        streams().get(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG));
    return Long.parseLong(set.toString());
  }

  /** About what the clients of one stream thread hold: what was fetched, and what is to be sent. */
  long bufferedBytes() {
    return 2L * fetchBytes() + bufferBytes();
  }

  private int fetchBytes() {
    return Math.max(LEAST_FETCH_BYTES, 2 * options.maxRecordBytes());
  }

  private long bufferBytes() {
    return Math.max(32 * MIB, 2L * (options.maxRecordBytes() + MIB));
  }

  private Map<String, Object> common() {
    Map<String, Object> settings = new HashMap<>(options.connection().kafka());
    settings.put(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, options.connection().bootstrapServers());
    return settings;
  }

  private Map<String, Object> consumer() {
    int fetch = fetchBytes();
    int session = (int) options.membership().sessionTimeout().toMillis();
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLLED_RECORDS);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, fetch);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 2 * fetch);
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, session);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, session / 4);
    settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 60_000);
    settings.putAll(options.connection().consumer());
    return settings;
  }

  private Map<String, Object> producer() {
    int request = options.maxRecordBytes() + MIB;
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, request);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes());
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.putAll(options.connection().producer());
    return settings;
  }
}
