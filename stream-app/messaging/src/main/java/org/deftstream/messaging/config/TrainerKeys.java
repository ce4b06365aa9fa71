package org.deftstream.messaging.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The trainer: {@code trainer.*}. */
public final class TrainerKeys {
  static final SettingGroup GROUP = new SettingGroup("Trainer");

  public static final Setting<Path> DIRECTORY =
      GROUP.path(
          "trainer.dir",
          ".deftstream/trainer",
          "Directory of the trainer: pairs, checkpoints and the record of every refresh. On a"
              + " disk that survives a restart, so that a refresh goes on where it was.");

  public static final Setting<Integer> PAIRS_MAX =
      GROUP.number(
          "trainer.pairs.max",
          10_000,
          1,
          10_000_000,
          "Most pairs that are kept for each task, the youngest.");

  public static final Setting<Duration> PAIRS_DAYS =
      GROUP.days("trainer.pairs.days", 365, 1, 36_500, "Oldest pair that is kept, in days.");

  public static final Setting<Double> PAIRS_RESIDUAL =
      GROUP.real(
          "trainer.pairs.residual.max",
          5,
          "Largest residual, in units of the noise, that a truth may leave of its own"
              + " measurement; about 1 is right. A pair with more is a dead letter.");

  public static final Setting<Double> VALIDATION_SHARE =
      GROUP.real(
          "trainer.validation.share",
          0.1,
          "Share of the pairs that validate, between 0 and 1, chosen by a hash of the series, or"
              + " of the id where there is none.");

  public static final Setting<Integer> VALIDATION_PAIRS =
      GROUP.number(
          "trainer.validation.pairs.max",
          64,
          2,
          100_000,
          "Most validation pairs that the gate reconstructs.");

  public static final Setting<Integer> REFRESH_PAIRS =
      GROUP.number(
          "trainer.refresh.pairs", 1000, 1, 10_000_000, "Refresh a task after so many new pairs.");

  public static final Setting<Optional<Duration>> REFRESH_MINUTES =
      GROUP
          .minutes(
              "trainer.refresh.minutes",
              0,
              0,
              5_256_000,
              "Refresh a task so long after the last time, if there are new pairs; 0 for no such"
                  + " time.")
          .as(time -> Optional.of(time).filter(each -> !each.isZero()));

  public static final Setting<Integer> LEAST_TRAINING =
      GROUP.number(
          "trainer.refresh.training.min",
          50,
          1,
          10_000_000,
          "No refresh with fewer pairs to train on.");

  public static final Setting<Integer> LEAST_VALIDATION =
      GROUP.number(
          "trainer.refresh.validation.min",
          16,
          2,
          100_000,
          "No refresh with fewer pairs to validate on.");

  public static final Setting<String> COLD_START =
      GROUP.choice(
          "trainer.cold.start",
          "none",
          List.of("none", "prior"),
          "What a task that is defined on the control topic, has no adapter and no pair learns from:"
              + " nothing, or samples of its prior, measured with its operator and judged by the"
              + " same gate. The first adapter from real pairs that is better takes its place.");

  public static final Setting<Integer> COLD_SAMPLES =
      GROUP.number(
          "trainer.cold.start.samples",
          1000,
          20,
          1_000_000,
          "Samples of the prior that a cold start draws, those to validate on included.");

  public static final Setting<String> START =
      GROUP.choice(
          "trainer.start",
          "serving",
          List.of("serving", "scratch", "both"),
          "What a training starts from: the serving adapter (fresh weights if there is none that"
              + " fits), fresh weights, or both, one after the other, and the better is taken.");

  public static final Setting<Optional<Path>> NETWORK =
      GROUP.file(
          "trainer.network",
          "The adapter's network, a config.json of diffusers' UNet2DModel. When empty:"
              + " networks/adapter-SIZE.json in models.dir, or adapter-any.json beside it.");

  public static final Setting<Integer> STEPS =
      GROUP.number("trainer.steps", 20_000, 1, 100_000_000, "Most steps of a training.");

  public static final Setting<Integer> MINUTES =
      GROUP.number("trainer.minutes", 60, 1, 1_000_000, "Most minutes of computing of a training.");

  public static final Setting<Integer> PATIENCE =
      GROUP.number(
          "trainer.patience.checkpoints",
          5,
          0,
          100_000,
          "End a training when so many checkpoints in a row have brought no lower loss on the"
              + " validation pairs; 0 for never.");

  public static final Setting<Integer> ROWS =
      GROUP.number("trainer.batch", 16, 1, 4096, "Images per step.");

  public static final Setting<Double> LEARNING_RATE =
      GROUP.real("trainer.learning.rate", 4e-4, "First learning rate, decaying to 0.");

  public static final Setting<Integer> REUSE =
      GROUP.number("trainer.prior.reuse", 4, 1, 1000, "Use each answer of the prior so often.");

  public static final Setting<Duration> CHECKPOINT =
      GROUP.seconds(
          "trainer.checkpoint.seconds",
          120,
          1,
          1_000_000,
          "Seconds of computing between checkpoints: what is done again after a kill.");

  public static final Setting<Integer> THREADS =
      GROUP.number(
          "trainer.threads",
          1,
          1,
          1024,
          "Processor threads of the trainer; the rest is the service's.");

  public static final Setting<Integer> NICE =
      GROUP.number(
          "trainer.nice",
          10,
          0,
          19,
          "Niceness of the trainer's process: 0 competes with the service for processors as an"
              + " equal, 19 takes what nobody else wants.");

  public static final Setting<String> BFLOAT16 =
      GROUP.choice(
          "trainer.bfloat16",
          "auto",
          List.of("auto", "true", "false"),
          "Train with products in bfloat16; weights stay float32. auto measures whether that is"
              + " faster here, and says what it took.");

  public static final Setting<Double> GPU_MEMORY =
      GROUP.real(
          "trainer.gpu.memory.share",
          1,
          "Share of a GPU's memory that the trainer may take, above 0 and at most 1; the rest is"
              + " the service's.");

  public static final Setting<OptionalInt> HTTP_PORT =
      GROUP.port(
          "trainer.http.port",
          "Port of the trainer's pages (/, /metrics, /health/live, /health/ready, /trainer), on"
              + " http.host; 0 for any free one, -1 for none.");

  public static final Setting<Double> MARGIN =
      GROUP.real(
          "trainer.gate.margin.db",
          0.05,
          "A new adapter is published if the 95 % interval of its improvement in dB, over the"
              + " serving adapter and over every training-free method, lies above this.");

  public static final Setting<List<String>> METHODS =
      GROUP.list(
          "trainer.gate.methods",
          "Training-free methods that need no parameters (ddnm, ddnm-plus, ddrm), separated by"
              + " commas, that the gate compares with besides the task's own.");

  public static final Setting<Duration> CONFIRM =
      GROUP.seconds(
          "trainer.confirm.seconds",
          60,
          0,
          3_600,
          "Seconds to wait for the service's report on a new adapter; one that is refused is"
              + " taken back.");

  public static final Setting<Double> CANARY_SHARE =
      GROUP.real(
          "trainer.canary.share",
          1,
          "Share of the measurements that a new adapter is tried with, above 0; 1 serves it at"
              + " once.");

  public static final Setting<Integer> CANARY_RECORDS =
      GROUP.number(
          "trainer.canary.records",
          200,
          0,
          100_000_000,
          "Serve an adapter that is on trial for all when it has answered so many measurements"
              + " and the service's guard has not objected; 0 leaves that to people.");

  public static final Setting<Integer> KEEP =
      GROUP.number(
          "trainer.keep.adapters",
          5,
          1,
          16,
          "Published adapters that are kept besides those in use; older weights" + " are deleted.");

  public static final Setting<Integer> KEEP_REFRESHES =
      GROUP.number(
          "trainer.keep.refreshes",
          10,
          1,
          100_000,
          "Directories of refreshes that are kept for each task: figures, page and candidate.");

  public static final Setting<Optional<Path>> SIGN_KEY =
      GROUP.file(
          "trainer.sign.key",
          "PEM file with the Ed25519 private key that adapters are signed with.");

  private TrainerKeys() {}
}
