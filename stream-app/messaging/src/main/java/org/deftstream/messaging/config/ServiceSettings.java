package org.deftstream.messaging.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.types.Password;
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
      var asked = SettingsSources.read(file, environment, flags).get(ServiceKeys.LOG_FORMAT.key());
      return asked != null && asked.value().equals("json");
    } catch (UserError e) {
      return false;
    }
  }

  /** Settings from texts {@code key=value} alone. */
  public static ServiceSettings of(String... flags) {
    return load(Optional.empty(), Map.of(), List.of(flags));
  }

  /** The value of a setting. */
  public <T> T get(Setting<T> setting) {
    return setting.of(values);
  }

  /** Brokers to begin with, {@code host:port} separated by commas. */
  public String bootstrapServers() {
    return get(ConnectionKeys.BOOTSTRAP_SERVERS);
  }

  /** Address of the schema registry. */
  public String registryUrl() {
    return get(ConnectionKeys.SCHEMA_REGISTRY_URL);
  }

  /** How to reach Kafka and the registry, for administration. */
  public Connection connection() {
    return new Connection(
        adminConfig(), registryUrl(), registryConfig(), get(ConnectionKeys.CONNECT_TIMEOUT));
  }

  /** Name of this instance; the same after a restart with the same state directory. */
  public String instanceId() {
    var chosen = get(ServiceKeys.INSTANCE_ID);
    return chosen.isEmpty()
        ? hostName() + "-" + Integer.toHexString(get(ServiceKeys.STATE_DIR).toString().hashCode())
        : chosen;
  }

  /** Directory of priors, tasks and adapters, absolute. */
  public Path modelsDirectory() {
    // The launcher says where the installation is, so that it works from any directory.
    var home = System.getProperty(HOME_PROPERTY);
    var directory = get(EngineKeys.MODELS_DIR);
    return home == null || given.containsKey(EngineKeys.MODELS_DIR.key())
        ? SettingGroup.path(EngineKeys.MODELS_DIR.key(), directory)
        : Path.of(home).resolve(directory).normalize();
  }

  /** Names of the topics, and the largest record that they take. */
  public Topics topics() {
    return new Topics(
        get(TopicKeys.MEASUREMENTS),
        get(TopicKeys.DEAD_LETTERS),
        get(TopicKeys.RECONSTRUCTIONS),
        get(TopicKeys.PROBES),
        get(TopicKeys.LABELLED_PAIRS),
        get(TopicKeys.ADAPTERS),
        get(TopicKeys.ADAPTER_WEIGHTS),
        get(TopicKeys.ADAPTER_STATUS),
        get(ServiceKeys.RECORDS_MAX_BYTES));
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

  /**
   * A setting that holds.
   *
   * @param key its name
   * @param value its value, hidden if it is a secret
   * @param origin where it was found; empty for the default
   */
  public record Held(String key, String value, Optional<String> origin) {}

  /** All own settings and the passed ones, sorted by their names, secrets hidden. */
  public List<Held> held() {
    Map<String, String> lines = new TreeMap<>();
    values
        .values()
        .forEach(
            (key, value) ->
                lines.put(key, value instanceof Password ? hidden(value) : String.valueOf(value)));
    given.forEach(
        (key, setting) ->
            PassThrough.of(key)
                .ifPresent(group -> lines.put(key, group.secret(key) ? HIDDEN : setting.value())));
    lines.put(ConnectionKeys.SCHEMA_REGISTRY_URL.key(), connection().shownRegistryUrl());
    return lines.entrySet().stream()
        .map(
            line ->
                new Held(
                    line.getKey(),
                    line.getValue(),
                    Optional.ofNullable(given.get(line.getKey())).map(RawSetting::origin)))
        .toList();
  }

  private static String hidden(Object password) {
    return ((Password) password).value().isEmpty() ? "" : HIDDEN;
  }

  /** All own settings and the passed ones as {@code key=value}, sorted, secrets hidden. */
  public List<String> describe() {
    return held().stream().map(each -> each.key() + "=" + each.value()).toList();
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

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      // A machine without a name for itself; the state directory still tells instances apart.
      return "localhost";
    }
  }
}
