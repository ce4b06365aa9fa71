package org.deftstream.messaging.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.admin.Connection;
import org.deftstream.schemas.Topics;

/**
 * The service's settings, checked and typed. {@code docs/configuration.md} lists them all.
 *
 * <p>Immutable. {@link #toString} and {@link #describe} hide secrets; the maps of client settings
 * contain them and must not be logged.
 */
public final class ServiceSettings {
  private static final String HIDDEN = "(hidden)";
  private static final String HOME_PROPERTY = "deftstream.home";

  private final AbstractConfig values;
  private final Map<String, RawSetting> given;

  private ServiceSettings(AbstractConfig values, Map<String, RawSetting> given) {
    this.values = values;
    this.given = Map.copyOf(given);
  }

  /**
   * Settings from a file, the environment and the command line; a later one wins.
   *
   * @param file a UTF-8 properties file, or empty
   * @param environment the process's environment; variables {@code DEFTSTREAM_ENGINE_MAX_BATCH} are
   *     settings {@code engine.max.batch}
   * @param flags texts {@code key=value}
   * @throws UserError when a key is unknown (naming the nearest known one), a value is out of its
   *     range, a required setting is missing or the file cannot be read
   */
  public static ServiceSettings load(
      Optional<Path> file, Map<String, String> environment, List<String> flags) {
    var given = SettingsSources.read(file, environment, flags);
    return new ServiceSettings(SettingsCheck.check(given), given);
  }

  /**
   * Whether they ask for JSON in the log, as far as that can be told; what else is wrong with them
   * is then reported in JSON too.
   */
  public static boolean askForJson(
      Optional<Path> file, Map<String, String> environment, List<String> flags) {
    try {
      var asked = SettingsSources.read(file, environment, flags).get(ServiceKeys.LOG_FORMAT);
      return asked != null && asked.value().equals("json");
    } catch (UserError e) {
      return false;
    }
  }

  /** Settings from texts {@code key=value} alone. */
  public static ServiceSettings of(String... flags) {
    return load(Optional.empty(), Map.of(), List.of(flags));
  }

  /** Brokers to begin with, {@code host:port} separated by commas. */
  public String bootstrapServers() {
    return values.getString(ServiceKeys.BOOTSTRAP_SERVERS);
  }

  /** Address of the schema registry. */
  public String registryUrl() {
    return values.getString(ServiceKeys.SCHEMA_REGISTRY_URL);
  }

  /** Longest wait for an answer of Kafka or the registry. */
  public Duration connectTimeout() {
    return millis(ServiceKeys.CONNECT_TIMEOUT);
  }

  /** How to reach Kafka and the registry, for administration. */
  public Connection connection() {
    return new Connection(adminConfig(), registryUrl(), registryConfig(), connectTimeout());
  }

  /** Name of the service, shared by its instances. */
  public String applicationId() {
    return values.getString(ServiceKeys.APPLICATION_ID);
  }

  /** Name of this instance; the same after a restart with the same state directory. */
  public String instanceId() {
    var chosen = values.getString(ServiceKeys.INSTANCE_ID);
    return chosen.isEmpty()
        ? hostName() + "-" + Integer.toHexString(stateDirectory().toString().hashCode())
        : chosen;
  }

  /** Directory of the ledger, absolute. */
  public Path stateDirectory() {
    return path(ServiceKeys.STATE_DIR);
  }

  /** Number of stream threads. */
  public int streamThreads() {
    return values.getInt(ServiceKeys.STREAM_THREADS);
  }

  /** Longest start of the service. */
  public Duration readyTimeout() {
    return millis(ServiceKeys.READY_TIMEOUT);
  }

  /** Largest record that is read or written, in bytes. */
  public int recordsMaxBytes() {
    return values.getInt(ServiceKeys.RECORDS_MAX_BYTES);
  }

  /** Where the service's own pages are served. */
  public String httpHost() {
    return values.getString(ServiceKeys.HTTP_HOST);
  }

  /** Port of the service's own pages, 0 for any; empty if they are not served. */
  public OptionalInt httpPort() {
    int port = values.getInt(ServiceKeys.HTTP_PORT);
    return port < 0 ? OptionalInt.empty() : OptionalInt.of(port);
  }

  /** Files of the public keys with which adapters must be signed; empty if they need not. */
  public List<Path> adapterTrustedKeys() {
    return Arrays.stream(values.getString(ServiceKeys.ADAPTER_TRUSTED_KEYS).split(","))
        .map(String::strip)
        .filter(file -> !file.isEmpty())
        .map(file -> PathSetting.of(ServiceKeys.ADAPTER_TRUSTED_KEYS, file))
        .toList();
  }

  /** Of so many last measurements of a canary the guard counts the wrong ones. */
  public int canaryGuardWindow() {
    return values.getInt(ServiceKeys.CANARY_GUARD_WINDOW);
  }

  /** So many wrong ones end a canary's trial; 0 if none do. */
  public int canaryGuardLimit() {
    return values.getInt(ServiceKeys.CANARY_GUARD_LIMIT);
  }

  /** Largest residual of a canary that is right, in units of the noise. */
  public double canaryGuardResidual() {
    return values.getDouble(ServiceKeys.CANARY_GUARD_RESIDUAL);
  }

  /** Directory of priors, tasks and adapters, absolute. */
  public Path modelsDirectory() {
    // The launcher says where the installation is, so that it works from any directory.
    var home = System.getProperty(HOME_PROPERTY);
    return home == null || given.containsKey(ServiceKeys.MODELS_DIR)
        ? path(ServiceKeys.MODELS_DIR)
        : Path.of(home).resolve(values.getString(ServiceKeys.MODELS_DIR)).normalize();
  }

  /** Most trajectories in one evaluation of the prior. */
  public int engineMaxBatch() {
    return values.getInt(ServiceKeys.ENGINE_MAX_BATCH);
  }

  /** Processor threads of one evaluation, at least 1. */
  public int engineThreads() {
    int threads = values.getInt(ServiceKeys.ENGINE_THREADS);
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** Whether to evaluate in bfloat16. */
  public boolean engineBfloat16() {
    return values.getBoolean(ServiceKeys.ENGINE_BFLOAT16);
  }

  /** Memory for measurements in work, in bytes, in the whole process. */
  public long engineAdmissionBytes() {
    return values.getLong(ServiceKeys.ENGINE_ADMISSION_BYTES);
  }

  /** Memory for the images of the trajectories that are under way, in bytes. */
  public long engineStateBytes() {
    return values.getLong(ServiceKeys.ENGINE_STATE_BYTES);
  }

  /** Most pixels of the image of one measurement. */
  public int imageMaxPixels() {
    return values.getInt(ServiceKeys.IMAGE_MAX_PIXELS);
  }

  /** How long the engine goes on with accepted work when the service stops. */
  public Duration engineCloseTimeout() {
    return millis(ServiceKeys.ENGINE_CLOSE_TIMEOUT);
  }

  /** How long a record waits for room before it is parked. */
  public Duration ledgerParkAfter() {
    return millis(ServiceKeys.LEDGER_PARK_AFTER);
  }

  /** Largest adapter that is accepted, in bytes. */
  public long adapterMaxBytes() {
    return values.getLong(ServiceKeys.ADAPTER_MAX_BYTES);
  }

  /** Longest wait for the chunks of an adapter. */
  public Duration adapterLoadTimeout() {
    return millis(ServiceKeys.ADAPTER_LOAD_TIMEOUT);
  }

  /** Settings of the trainer. */
  public TrainerOptions trainer() {
    return new TrainerOptions(values);
  }

  /** Names of the topics, and the largest record that they take. */
  public Topics topics() {
    return new Topics(
        values.getString(ServiceKeys.TOPIC_MEASUREMENTS),
        values.getString(ServiceKeys.TOPIC_DEAD_LETTERS),
        values.getString(ServiceKeys.TOPIC_RECONSTRUCTIONS),
        values.getString(ServiceKeys.TOPIC_PROBES),
        values.getString(ServiceKeys.TOPIC_LABELLED_PAIRS),
        values.getString(ServiceKeys.TOPIC_ADAPTERS),
        values.getString(ServiceKeys.TOPIC_ADAPTER_WEIGHTS),
        values.getString(ServiceKeys.TOPIC_ADAPTER_STATUS),
        recordsMaxBytes());
  }

  /** Settings of every Kafka client: {@code bootstrap.servers} and those behind {@code kafka.}. */
  public Map<String, Object> kafkaConfig() {
    Map<String, Object> config = passed(PassThrough.KAFKA);
    config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
    return config;
  }

  /** Settings of an admin client: the common ones and those behind {@code admin.}. */
  public Map<String, Object> adminConfig() {
    return withCommon(PassThrough.ADMIN);
  }

  /** Settings of a consumer: the common ones and those behind {@code consumer.}. */
  public Map<String, Object> consumerConfig() {
    return withCommon(PassThrough.CONSUMER);
  }

  /** Settings of a producer: the common ones and those behind {@code producer.}. */
  public Map<String, Object> producerConfig() {
    return withCommon(PassThrough.PRODUCER);
  }

  /**
   * What is set behind {@code streams.}, under Kafka Streams' own names, and nothing else: the
   * topology adds its own, the common ones and those of its clients.
   */
  public Map<String, Object> streamsConfig() {
    return passed(PassThrough.STREAMS);
  }

  /**
   * What is set behind {@code registry.}: the registry's client and serializers, without the URL.
   */
  public Map<String, Object> registryConfig() {
    return passed(PassThrough.REGISTRY);
  }

  /** All own settings and the passed ones as {@code key=value}, sorted, secrets hidden. */
  public List<String> describe() {
    Map<String, String> lines = new TreeMap<>();
    values.values().forEach((key, value) -> lines.put(key, String.valueOf(value)));
    given.forEach(
        (key, setting) ->
            PassThrough.of(key)
                .ifPresent(group -> lines.put(key, group.secret(key) ? HIDDEN : setting.value())));
    lines.put(ServiceKeys.SCHEMA_REGISTRY_URL, connection().shownRegistryUrl());
    return lines.entrySet().stream().map(line -> line.getKey() + "=" + line.getValue()).toList();
  }

  /** As {@link #describe}, in one line. */
  @Override
  public String toString() {
    return String.join(" ", describe());
  }

  private Map<String, Object> withCommon(PassThrough group) {
    var config = kafkaConfig();
    config.putAll(passed(group));
    return config;
  }

  private Map<String, Object> passed(PassThrough group) {
    Map<String, Object> config = new HashMap<>();
    given.forEach(
        (key, setting) -> {
          if (PassThrough.of(key).filter(group::equals).isPresent()) {
            config.put(group.name(key), setting.value());
          }
        });
    return config;
  }

  private Path path(String key) {
    return PathSetting.of(key, values.getString(key));
  }

  private Duration millis(String key) {
    return Duration.ofMillis(values.getInt(key));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      // A machine without a name for itself; the state directory still tells instances apart.
      return "localhost";
    }
  }
}
