package org.deftstream.messaging.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Which adapters are taken, and how they are tried: {@code adapter.*}, {@code canary.*}. */
public final class AdapterKeys {
  static final SettingGroup GROUP = new SettingGroup("Adapters");

  private static final long MIB = 1L << 20;

  public static final Setting<Boolean> SHIPPED =
      GROUP
          .choice(
              "adapters.shipped",
              "ignore",
              List.of("ignore", "serve"),
              "What becomes of the adapters in models.dir: with serve, an instance publishes and"
                  + " activates at its start those of tasks of which nobody has asked for anything"
                  + " yet.")
          .as("serve"::equals);

  public static final Setting<Long> MAX_BYTES =
      GROUP.big(
          "adapter.max.bytes", 64 * MIB, 1024, "Largest adapter, in bytes, that is accepted.");

  public static final Setting<Duration> LOAD_TIMEOUT =
      GROUP.millis(
          "adapter.load.timeout.ms",
          30_000,
          100,
          3_600_000,
          "How long the chunks of an adapter may take to arrive before it is refused.");

  public static final Setting<List<Path>> TRUSTED_KEYS =
      GROUP.files(
          "adapter.trusted.keys",
          "PEM files with Ed25519 public keys, separated by commas. When given, adapters that"
              + " are not signed with one of them are refused.");

  public static final Setting<Integer> CANARY_GUARD_WINDOW =
      GROUP.number(
          "canary.guard.window",
          50,
          1,
          100_000,
          "Of so many last measurements of a canary the serve-time guard counts those that went"
              + " wrong.");

  public static final Setting<Integer> CANARY_GUARD_LIMIT =
      GROUP.number(
          "canary.guard.limit",
          5,
          0,
          100_000,
          "When so many of them failed in the engine or have a residual outside the validated"
              + " range, the canary is rolled back. 0 switches the guard off.");

  public static final Setting<Double> CANARY_GUARD_RESIDUAL =
      GROUP.real(
          "canary.guard.residual.max",
          10,
          "Largest residual that is right, in units of the noise, for a canary whose manifest"
              + " states no validated range (validation.residual.low and .high).");

  private AdapterKeys() {}
}
