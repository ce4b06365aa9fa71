package org.deftstream.messaging.config;

import java.util.List;

/** The trainer's settings: names, types, defaults, ranges and descriptions. */
final class TrainerKeys {
  static final String DIRECTORY = "trainer.dir";
  static final String PAIRS_MAX = "trainer.pairs.max";
  static final String PAIRS_DAYS = "trainer.pairs.days";
  static final String PAIRS_RESIDUAL = "trainer.pairs.residual.max";
  static final String VALIDATION_SHARE = "trainer.validation.share";
  static final String VALIDATION_PAIRS = "trainer.validation.pairs.max";
  static final String REFRESH_PAIRS = "trainer.refresh.pairs";
  static final String REFRESH_MINUTES = "trainer.refresh.minutes";
  static final String LEAST_TRAINING = "trainer.refresh.training.min";
  static final String LEAST_VALIDATION = "trainer.refresh.validation.min";
  static final String START = "trainer.start";
  static final String NETWORK = "trainer.network";
  static final String STEPS = "trainer.steps";
  static final String MINUTES = "trainer.minutes";
  static final String PATIENCE = "trainer.patience.checkpoints";
  static final String ROWS = "trainer.batch";
  static final String LEARNING_RATE = "trainer.learning.rate";
  static final String REUSE = "trainer.prior.reuse";
  static final String CHECKPOINT = "trainer.checkpoint.seconds";
  static final String THREADS = "trainer.threads";
  static final String NICE = "trainer.nice";
  static final String BFLOAT16 = "trainer.bfloat16";
  static final String GPU_MEMORY = "trainer.gpu.memory.share";
  static final String METHODS = "trainer.gate.methods";
  static final String CANARY_RECORDS = "trainer.canary.records";
  static final String CONFIRM = "trainer.confirm.seconds";
  static final String KEEP_REFRESHES = "trainer.keep.refreshes";
  static final String HTTP_PORT = "trainer.http.port";
  static final String MARGIN = "trainer.gate.margin.db";
  static final String CANARY_SHARE = "trainer.canary.share";
  static final String KEEP = "trainer.keep.adapters";
  static final String SIGN_KEY = "trainer.sign.key";

  private TrainerKeys() {}

  static void define(ServiceKeys.Definition keys) {
    keys.group("Trainer");
    data(keys);
    training(keys);
    promotion(keys);
  }

  private static void data(ServiceKeys.Definition keys) {
    keys.text(
            DIRECTORY,
            ".deftstream/trainer",
            "Directory of the trainer: pairs, checkpoints and the record of every refresh. On a"
                + " disk that survives a restart, so that a refresh goes on where it was.")
        .number(
            PAIRS_MAX,
            10_000,
            1,
            10_000_000,
            "Most pairs that are kept for each task, the youngest.")
        .number(PAIRS_DAYS, 365, 1, 36_500, "Oldest pair that is kept, in days.")
        .real(
            PAIRS_RESIDUAL,
            5,
            "Largest residual, in units of the noise, that a truth may leave of its own"
                + " measurement; about 1 is right. A pair with more is a dead letter.")
        .real(
            VALIDATION_SHARE,
            0.1,
            "Share of the pairs that validate, between 0 and 1, chosen by a hash of the series, or"
                + " of the id where there is none.")
        .number(
            VALIDATION_PAIRS, 64, 2, 100_000, "Most validation pairs that the gate reconstructs.")
        .number(REFRESH_PAIRS, 1000, 1, 10_000_000, "Refresh a task after so many new pairs.")
        .number(
            REFRESH_MINUTES,
            0,
            0,
            5_256_000,
            "Refresh a task so long after the last time, if there are new pairs; 0 for no such"
                + " time.")
        .number(LEAST_TRAINING, 50, 1, 10_000_000, "No refresh with fewer pairs to train on.")
        .number(LEAST_VALIDATION, 16, 2, 100_000, "No refresh with fewer pairs to validate on.");
  }

  private static void training(ServiceKeys.Definition keys) {
    keys.choice(
            START,
            "serving",
            List.of("serving", "scratch", "both"),
            "What a training starts from: the serving adapter (fresh weights if there is none that"
                + " fits), fresh weights, or both, one after the other, and the better is taken.")
        .optional(
            NETWORK,
            "The adapter's network, a config.json of diffusers' UNet2DModel. When empty:"
                + " networks/adapter-SIZE.json in models.dir, or adapter-any.json beside it.")
        .number(STEPS, 20_000, 1, 100_000_000, "Most steps of a training.")
        .number(MINUTES, 60, 1, 1_000_000, "Most minutes of computing of a training.")
        .number(
            PATIENCE,
            5,
            0,
            100_000,
            "End a training when so many checkpoints in a row have brought no lower loss on the"
                + " validation pairs; 0 for never.")
        .number(ROWS, 16, 1, 4096, "Images per step.")
        .real(LEARNING_RATE, 4e-4, "First learning rate, decaying to 0.")
        .number(REUSE, 4, 1, 1000, "Use each answer of the prior so often.")
        .number(
            CHECKPOINT,
            120,
            1,
            1_000_000,
            "Seconds of computing between checkpoints: what is done again after a kill.")
        .number(THREADS, 1, 1, 1024, "Processor threads of the trainer; the rest is the service's.")
        .number(
            NICE,
            10,
            0,
            19,
            "Niceness of the trainer's process: 0 competes with the service for processors as an"
                + " equal, 19 takes what nobody else wants.")
        .flag(
            BFLOAT16,
            false,
            "Train with products in bfloat16, where the processor is faster at it; weights stay"
                + " float32.")
        .real(
            GPU_MEMORY,
            1,
            "Share of a GPU's memory that the trainer may take, above 0 and at most 1; the rest is"
                + " the service's.")
        .number(
            HTTP_PORT,
            -1,
            -1,
            65_535,
            "Port of the trainer's pages (/metrics, /health/live, /health/ready, /trainer), on"
                + " http.host; 0 for any free one, -1 for none.");
  }

  private static void promotion(ServiceKeys.Definition keys) {
    keys.real(
            MARGIN,
            0.05,
            "A new adapter is published if the 95 % interval of its improvement in dB, over the"
                + " serving adapter and over every training-free method, lies above this.")
        .optional(
            METHODS,
            "Training-free methods that need no parameters (ddnm, ddnm-plus, ddrm), separated by"
                + " commas, that the gate compares with besides the task's own.")
        .number(
            CONFIRM,
            60,
            0,
            3_600,
            "Seconds to wait for the service's report on a new adapter; one that is refused is"
                + " taken back.")
        .real(
            CANARY_SHARE,
            1,
            "Share of the measurements that a new adapter is tried with, above 0; 1 serves it at"
                + " once.")
        .number(
            CANARY_RECORDS,
            200,
            0,
            100_000_000,
            "Serve an adapter that is on trial for all when it has answered so many measurements"
                + " and the service's guard has not objected; 0 leaves that to people.")
        .number(
            KEEP,
            5,
            1,
            16,
            "Published adapters that are kept besides those in use; older weights"
                + " are deleted.")
        .number(
            KEEP_REFRESHES,
            10,
            1,
            100_000,
            "Directories of refreshes that are kept for each task: figures, page and candidate.")
        .optional(SIGN_KEY, "PEM file with the Ed25519 private key that adapters are signed with.");
  }
}
