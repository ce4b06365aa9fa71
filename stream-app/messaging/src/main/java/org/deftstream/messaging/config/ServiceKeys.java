package org.deftstream.messaging.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.deftstream.schemas.Topics;

/** The service as a whole: {@code application.id}, {@code state.dir}, {@code http.*} and others. */
public final class ServiceKeys {
  static final SettingGroup GROUP = new SettingGroup("Service");

  private static final long MIB = 1L << 20;

  public static final Setting<String> APPLICATION_ID =
      GROUP.text(
          "application.id",
          "deftstream",
          "Name of the service: its consumer group and the prefix of its internal topics and"
              + " transactions. Instances with the same name share the work.");

  public static final Setting<String> INSTANCE_ID =
      GROUP.optional(
          "instance.id",
          "Name of this instance in its reports and in results. Unique among the running"
              + " instances and the same after a restart. When empty: host name and a number"
              + " made from state.dir.");

  public static final Setting<Path> STATE_DIR =
      GROUP.path(
          "state.dir",
          ".deftstream/state",
          "Directory of the in-flight ledger. On a disk that survives a restart, so that a"
              + " restarted instance takes over its own transactions at once.");

  public static final Setting<Integer> STREAM_THREADS =
      GROUP.number(
          "stream.threads",
          1,
          1,
          256,
          "Stream threads of this instance. They wait for the engine most of the time: one or"
              + " two are enough.");

  public static final Setting<Duration> READY_TIMEOUT =
      GROUP.millis(
          "ready.timeout.ms",
          120_000,
          1_000,
          3_600_000,
          "How long the service may take to be ready, all desired adapters loaded, before the"
              + " start counts as failed.");

  public static final Setting<Integer> RECORDS_MAX_BYTES =
      GROUP.number(
          "records.max.bytes",
          Topics.MAX_MESSAGE_BYTES,
          64 * 1024,
          256 * (int) MIB,
          "Largest record, in bytes, that is read or written. Raises every limit that belongs to"
              + " it together: the consumers' fetches, the producers' requests and buffers, the"
              + " topics that `topics create` makes.");

  public static final Setting<String> HTTP_HOST =
      GROUP.text(
          "http.host",
          "127.0.0.1",
          "Name or address on which the live page, /metrics, /health/live, /health/ready and"
              + " /adapters are served. The default is reached from this machine alone. On any"
              + " other address the live page shows pictures and texts of records only with"
              + " http.token.");

  public static final Setting<OptionalInt> HTTP_PORT =
      GROUP.port(
          "http.port",
          "Port of these pages; 0 for any free one, which the service prints; -1 for none.");

  public static final Setting<Optional<String>> HTTP_TOKEN =
      GROUP.secret(
          "http.token",
          "What every request but those for health must send, as Authorization: Bearer or as the"
              + " password of any user; 16 to 512 printable characters. Empty: nothing is asked"
              + " for. It travels as it is: put a proxy with TLS before any address but that of"
              + " this machine.");

  public static final Setting<String> LOG_FORMAT =
      GROUP.choice(
          "log.format",
          "text",
          List.of("text", "json"),
          "How the service logs to standard error: lines for people, or one JSON document per"
              + " line.");

  private ServiceKeys() {}
}
