package org.deftstream.messaging.config;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.deftstream.schemas.Topics;

/** The service's own settings: names, types, defaults, ranges and descriptions. */
final class ServiceKeys {
  static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
  static final String SCHEMA_REGISTRY_URL = "schema.registry.url";
  static final String CONNECT_TIMEOUT = "connect.timeout.ms";
  static final String APPLICATION_ID = "application.id";
  static final String INSTANCE_ID = "instance.id";
  static final String STATE_DIR = "state.dir";
  static final String STREAM_THREADS = "stream.threads";
  static final String READY_TIMEOUT = "ready.timeout.ms";
  static final String RECORDS_MAX_BYTES = "records.max.bytes";
  static final String HTTP_HOST = "http.host";
  static final String HTTP_PORT = "http.port";
  static final String LOG_FORMAT = "log.format";
  static final String MODELS_DIR = "models.dir";
  static final String ENGINE_MAX_BATCH = "engine.max.batch";
  static final String ENGINE_THREADS = "engine.threads";
  static final String ENGINE_BFLOAT16 = "engine.bfloat16";
  static final String ENGINE_ADMISSION_BYTES = "engine.admission.bytes";
  static final String ENGINE_STATE_BYTES = "engine.state.bytes";
  static final String ENGINE_CLOSE_TIMEOUT = "engine.close.timeout.ms";
  static final String IMAGE_MAX_PIXELS = "image.max.pixels";
  static final String LEDGER_PARK_AFTER = "ledger.park.after.ms";
  static final String ADAPTER_MAX_BYTES = "adapter.max.bytes";
  static final String ADAPTER_LOAD_TIMEOUT = "adapter.load.timeout.ms";
  static final String ADAPTER_TRUSTED_KEYS = "adapter.trusted.keys";
  static final String CANARY_GUARD_WINDOW = "canary.guard.window";
  static final String CANARY_GUARD_LIMIT = "canary.guard.limit";
  static final String CANARY_GUARD_RESIDUAL = "canary.guard.residual.max";
  static final String TOPIC_MEASUREMENTS = "topic.measurements";
  static final String TOPIC_DEAD_LETTERS = "topic.dead.letters";
  static final String TOPIC_RECONSTRUCTIONS = "topic.reconstructions";
  static final String TOPIC_PROBES = "topic.probes";
  static final String TOPIC_LABELLED_PAIRS = "topic.labelled.pairs";
  static final String TOPIC_ADAPTERS = "topic.adapters";
  static final String TOPIC_ADAPTER_WEIGHTS = "topic.adapter.weights";
  static final String TOPIC_ADAPTER_STATUS = "topic.adapter.status";

  static final String GROUP_CONNECTION = "Connection";
  static final String GROUP_SERVICE = "Service";
  static final String GROUP_ENGINE = "Models and engine";
  static final String GROUP_ADAPTERS = "Adapters";
  static final String GROUP_TOPICS = "Topics";

  private static final long MIB = 1L << 20;

  private ServiceKeys() {}

  /** All of them. The definition is made anew because {@link ConfigDef} can be changed. */
  static ConfigDef definition() {
    var keys = new Definition();
    connection(keys);
    service(keys);
    engine(keys);
    adapters(keys);
    topics(keys);
    TrainerKeys.define(keys);
    return keys.def;
  }

  private static void connection(Definition keys) {
    keys.group(GROUP_CONNECTION)
        .required(BOOTSTRAP_SERVERS, "Brokers to begin with: host:port, separated by commas.")
        .required(
            SCHEMA_REGISTRY_URL,
            "Address of the schema registry's Confluent-compatible API; several separated by"
                + " commas.")
        .number(
            CONNECT_TIMEOUT,
            15_000,
            100,
            600_000,
            "How long Kafka and the registry may take to answer, at the start and at every later"
                + " request of the service's own clients, before it counts as a failure.");
  }

  private static void service(Definition keys) {
    keys.group(GROUP_SERVICE)
        .text(
            APPLICATION_ID,
            "deftstream",
            "Name of the service: its consumer group and the prefix of its internal topics and"
                + " transactions. Instances with the same name share the work.")
        .optional(
            INSTANCE_ID,
            "Name of this instance in its reports and in results. Unique among the running"
                + " instances and the same after a restart. When empty: host name and a number"
                + " made from state.dir.")
        .text(
            STATE_DIR,
            ".deftstream/state",
            "Directory of the in-flight ledger. On a disk that survives a restart, so that a"
                + " restarted instance takes over its own transactions at once.")
        .number(
            STREAM_THREADS,
            1,
            1,
            256,
            "Stream threads of this instance. They wait for the engine most of the time: one or"
                + " two are enough.")
        .number(
            READY_TIMEOUT,
            120_000,
            1_000,
            3_600_000,
            "How long the service may take to be ready, all desired adapters loaded, before the"
                + " start counts as failed.")
        .number(
            RECORDS_MAX_BYTES,
            Topics.MAX_MESSAGE_BYTES,
            64 * 1024,
            256 * (int) MIB,
            "Largest record, in bytes, that is read or written. Raises every limit that belongs to"
                + " it together: the consumers' fetches, the producers' requests and buffers, the"
                + " topics that `topics create` makes.")
        .text(
            HTTP_HOST,
            "127.0.0.1",
            "Name or address on which /metrics, /health/live, /health/ready and /adapters are"
                + " served. The default is reached from this machine alone; there is no"
                + " authentication.")
        .number(
            HTTP_PORT,
            -1,
            -1,
            65_535,
            "Port of these pages; 0 for any free one, which the service prints; -1 for none.")
        .choice(
            LOG_FORMAT,
            "text",
            List.of("text", "json"),
            "How the service logs to standard error: lines for people, or one JSON document per"
                + " line.");
  }

  private static void engine(Definition keys) {
    keys.group(GROUP_ENGINE)
        .text(
            MODELS_DIR,
            "deft/models",
            "Directory with priors/, tasks/ and adapters/. The default is that of the"
                + " installation, wherever the program is started.")
        .number(ENGINE_MAX_BATCH, 16, 1, 4096, "Most trajectories in one evaluation of the prior.")
        .number(
            ENGINE_THREADS,
            0,
            0,
            1024,
            "Processor threads of one evaluation; 0 for as many as there are processors.")
        .flag(
            ENGINE_BFLOAT16,
            false,
            "Evaluate in bfloat16 where the processor is faster at it. Changes results in the"
                + " third digit.")
        .big(
            ENGINE_ADMISSION_BYTES,
            256 * MIB,
            MIB,
            "Memory for measurements that are being worked on, in bytes, in the whole process."
                + " When it is used up, records wait in Kafka.")
        .big(
            ENGINE_STATE_BYTES,
            256 * MIB,
            MIB,
            "Memory for the images of the trajectories that are under way, in bytes. Others wait for"
                + " their turn; one that needs more runs alone.")
        .number(
            IMAGE_MAX_PIXELS,
            1 << 22,
            1,
            1 << 24,
            "Most pixels, height times width, of the image of one measurement. What measures a"
                + " larger one is a dead letter before memory is taken for it. The default is 2048"
                + " by 2048.")
        .number(
            ENGINE_CLOSE_TIMEOUT,
            10_000,
            0,
            600_000,
            "How long the engine goes on with accepted work when the service stops. Unfinished"
                + " work is begun anew by the next instance; nothing is lost.")
        .number(
            LEDGER_PARK_AFTER,
            300,
            1,
            5_000,
            "How long a record waits for room in the engine before only its offset is noted and"
                + " it is read again later.");
  }

  private static void adapters(Definition keys) {
    keys.group(GROUP_ADAPTERS)
        .big(ADAPTER_MAX_BYTES, 64 * MIB, 1024, "Largest adapter, in bytes, that is accepted.")
        .number(
            ADAPTER_LOAD_TIMEOUT,
            30_000,
            100,
            3_600_000,
            "How long the chunks of an adapter may take to arrive before it is refused.")
        .optional(
            ADAPTER_TRUSTED_KEYS,
            "PEM files with Ed25519 public keys, separated by commas. When given, adapters that"
                + " are not signed with one of them are refused.")
        .number(
            CANARY_GUARD_WINDOW,
            50,
            1,
            100_000,
            "Of so many last measurements of a canary the serve-time guard counts those that went"
                + " wrong.")
        .number(
            CANARY_GUARD_LIMIT,
            5,
            0,
            100_000,
            "When so many of them failed in the engine or have a residual outside the validated"
                + " range, the canary is rolled back. 0 switches the guard off.")
        .real(
            CANARY_GUARD_RESIDUAL,
            10,
            "Largest residual that is right, in units of the noise, for a canary whose manifest"
                + " states no validated range (validation.residual.low and .high).");
  }

  private static void topics(Definition keys) {
    var names = Topics.defaults();
    keys.group(GROUP_TOPICS)
        .text(TOPIC_MEASUREMENTS, names.measurements(), "Measurements to reconstruct.")
        .text(
            TOPIC_DEAD_LETTERS,
            names.deadLetters(),
            "Measurements that could not be answered, as they came, with the reason in headers.")
        .text(TOPIC_RECONSTRUCTIONS, names.reconstructions(), "Results.")
        .text(
            TOPIC_PROBES,
            names.probes(),
            "Empty records by which an instance proves that it still owns a partition. As many"
                + " partitions as the measurements.")
        .text(TOPIC_LABELLED_PAIRS, names.labelledPairs(), "Pairs that adapters are trained on.")
        .text(TOPIC_ADAPTERS, names.adapters(), "Which adapter serves which task.")
        .text(TOPIC_ADAPTER_WEIGHTS, names.adapterWeights(), "Weights of the adapters, in chunks.")
        .text(TOPIC_ADAPTER_STATUS, names.adapterStatus(), "What each instance has loaded.");
  }

  /** Spells a {@link ConfigDef} with groups and orders without repeating them. */
  static final class Definition {
    private final ConfigDef def = new ConfigDef();
    private String group;
    private int order;

    Definition group(String name) {
      group = name;
      return this;
    }

    Definition required(String key, String doc) {
      return add(key, Type.STRING, ConfigDef.NO_DEFAULT_VALUE, new NonEmptyString(), doc);
    }

    Definition text(String key, String value, String doc) {
      return add(key, Type.STRING, value, new NonEmptyString(), doc);
    }

    Definition optional(String key, String doc) {
      return add(key, Type.STRING, "", null, doc);
    }

    Definition number(String key, int value, int least, int most, String doc) {
      return add(key, Type.INT, value, Range.between(least, most), doc);
    }

    Definition big(String key, long value, long least, String doc) {
      return add(key, Type.LONG, value, Range.atLeast(least), doc);
    }

    Definition real(String key, double value, String doc) {
      return add(key, Type.DOUBLE, value, Range.atLeast(0), doc);
    }

    Definition choice(String key, String value, List<String> values, String doc) {
      return add(key, Type.STRING, value, ValidString.in(values.toArray(String[]::new)), doc);
    }

    Definition flag(String key, boolean value, String doc) {
      return add(key, Type.BOOLEAN, value, null, doc);
    }

    private Definition add(
        String key, Type type, Object value, ConfigDef.Validator validator, String doc) {
      var importance = value == ConfigDef.NO_DEFAULT_VALUE ? Importance.HIGH : Importance.MEDIUM;
      def.define(key, type, value, validator, importance, doc, group, order++, Width.NONE, key);
      return this;
    }
  }
}
