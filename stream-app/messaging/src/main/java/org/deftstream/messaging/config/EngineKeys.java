package org.deftstream.messaging.config;

import java.time.Duration;
import java.util.List;

/** Models and engine: {@code models.dir}, {@code engine.*}, {@code image.*}, {@code ledger.*}. */
public final class EngineKeys {
  static final SettingGroup GROUP = new SettingGroup("Models and engine");

  private static final long MIB = 1L << 20;

  public static final Setting<String> MODELS_DIR =
      GROUP.text(
          "models.dir",
          "deft/models",
          "Directory with priors/, tasks/ and adapters/. The default is that of the"
              + " installation, wherever the program is started.");

  public static final Setting<Integer> MAX_BATCH =
      GROUP.number(
          "engine.max.batch", 16, 1, 4096, "Most trajectories in one evaluation of the prior.");

  public static final Setting<Integer> THREADS =
      GROUP
          .number(
              "engine.threads",
              0,
              0,
              1024,
              "Processor threads of one evaluation; 0 for as many as there are processors.")
          .as(threads -> threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);

  public static final Setting<String> BFLOAT16 =
      GROUP.choice(
          "engine.bfloat16",
          "false",
          List.of("auto", "true", "false"),
          "Evaluate in bfloat16, which changes results in the third digit. auto measures at the"
              + " start whether that is faster here, and says what it took; a restart elsewhere may"
              + " take the other, so the same record may get another image.");

  public static final Setting<String> OPERATORS =
      GROUP.choice(
          "engine.operators",
          "host",
          List.of("host", "graph", "auto"),
          "Where proximal points are found: on the host, as a graph on the device that evaluates"
              + " the prior (those of operators that can be; answers agree to 1e-4), or where it is"
              + " faster, measured when an operator first comes up; provenance says which it was."
              + " As a graph, whole steps of DiffPIR and of adapters are composed into one call"
              + " where they can be.");

  public static final Setting<Long> ADMISSION_BYTES =
      GROUP.big(
          "engine.admission.bytes",
          256 * MIB,
          MIB,
          "Memory for measurements that are being worked on, in bytes, in the whole process."
              + " When it is used up, records wait in Kafka.");

  public static final Setting<Long> STATE_BYTES =
      GROUP.big(
          "engine.state.bytes",
          256 * MIB,
          MIB,
          "Memory for the images of the trajectories that are under way, in bytes. Others wait for"
              + " their turn; one that needs more runs alone.");

  public static final Setting<Integer> IMAGE_MAX_PIXELS =
      GROUP.number(
          "image.max.pixels",
          1 << 22,
          1,
          1 << 24,
          "Most pixels, height times width, of the image of one measurement. What measures a"
              + " larger one is a dead letter before memory is taken for it. The default is 2048"
              + " by 2048.");

  public static final Setting<Duration> CLOSE_TIMEOUT =
      GROUP.millis(
          "engine.close.timeout.ms",
          10_000,
          0,
          600_000,
          "How long the engine goes on with accepted work when the service stops. Unfinished"
              + " work is begun anew by the next instance; nothing is lost.");

  public static final Setting<Duration> LEDGER_PARK_AFTER =
      GROUP.millis(
          "ledger.park.after.ms",
          300,
          1,
          5_000,
          "How long a record waits for room in the engine before only its offset is noted and"
              + " it is read again later.");

  private EngineKeys() {}
}
