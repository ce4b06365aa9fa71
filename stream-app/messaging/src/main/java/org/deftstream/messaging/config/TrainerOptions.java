package org.deftstream.messaging.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.config.AbstractConfig;

/** The trainer's settings, checked and typed; {@code docs/configuration.md} has them. Immutable. */
public final class TrainerOptions {
  private final AbstractConfig values;

  TrainerOptions(AbstractConfig values) {
    this.values = values;
  }

  /** Directory of the trainer, absolute. */
  public Path directory() {
    return PathSetting.of(TrainerKeys.DIRECTORY, values.getString(TrainerKeys.DIRECTORY));
  }

  /** Most pairs for each task. */
  public int pairs() {
    return values.getInt(TrainerKeys.PAIRS_MAX);
  }

  /** Oldest pair that is kept. */
  public Duration age() {
    return Duration.ofDays(values.getInt(TrainerKeys.PAIRS_DAYS));
  }

  /** Largest residual of a truth, in units of the noise. */
  public double maxResidual() {
    return values.getDouble(TrainerKeys.PAIRS_RESIDUAL);
  }

  /** Share of the pairs that validate. */
  public double validationShare() {
    return values.getDouble(TrainerKeys.VALIDATION_SHARE);
  }

  /** Most pairs that the gate reconstructs. */
  public int validationPairs() {
    return values.getInt(TrainerKeys.VALIDATION_PAIRS);
  }

  /** New pairs that begin a refresh. */
  public int refreshPairs() {
    return values.getInt(TrainerKeys.REFRESH_PAIRS);
  }

  /** Time after which new pairs begin a refresh, if there is one. */
  public Optional<Duration> refreshInterval() {
    int minutes = values.getInt(TrainerKeys.REFRESH_MINUTES);
    return minutes == 0 ? Optional.empty() : Optional.of(Duration.ofMinutes(minutes));
  }

  /** Fewest pairs to train on. */
  public int leastTraining() {
    return values.getInt(TrainerKeys.LEAST_TRAINING);
  }

  /** Fewest pairs to validate on. */
  public int leastValidation() {
    return values.getInt(TrainerKeys.LEAST_VALIDATION);
  }

  /** What a training starts from: serving, scratch or both. */
  public String start() {
    return values.getString(TrainerKeys.START);
  }

  /** The adapter's network, if another than the models directory's is chosen. */
  public Optional<Path> network() {
    return file(TrainerKeys.NETWORK);
  }

  /** Most steps of a training. */
  public int steps() {
    return values.getInt(TrainerKeys.STEPS);
  }

  /** Most minutes of a training. */
  public int minutes() {
    return values.getInt(TrainerKeys.MINUTES);
  }

  /** Checkpoints without a lower validation loss that end a training; 0 for none. */
  public int patience() {
    return values.getInt(TrainerKeys.PATIENCE);
  }

  /** Images per step. */
  public int batch() {
    return values.getInt(TrainerKeys.ROWS);
  }

  /** First learning rate. */
  public double learningRate() {
    return values.getDouble(TrainerKeys.LEARNING_RATE);
  }

  /** How often an answer of the prior is used. */
  public int reuse() {
    return values.getInt(TrainerKeys.REUSE);
  }

  /** Time of computing between checkpoints. */
  public Duration checkpoint() {
    return Duration.ofSeconds(values.getInt(TrainerKeys.CHECKPOINT));
  }

  /** Whether products are taken in bfloat16. */
  public boolean bfloat16() {
    return values.getBoolean(TrainerKeys.BFLOAT16);
  }

  /** Share of a GPU's memory. */
  public double gpuMemory() {
    return values.getDouble(TrainerKeys.GPU_MEMORY);
  }

  /** Training-free methods of the gate besides the task's own. */
  public List<String> methods() {
    return Arrays.stream(values.getString(TrainerKeys.METHODS).split(",", -1))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /** Measurements that a canary must answer before it serves all; 0 for no such rule. */
  public int canaryRecords() {
    return values.getInt(TrainerKeys.CANARY_RECORDS);
  }

  /** Longest wait for the service's report on a new adapter. */
  public Duration confirmation() {
    return Duration.ofSeconds(values.getInt(TrainerKeys.CONFIRM));
  }

  /** Directories of refreshes that are kept for each task. */
  public int refreshes() {
    return values.getInt(TrainerKeys.KEEP_REFRESHES);
  }

  /** Port of the pages, if there are any; 0 for any free one. */
  public OptionalInt httpPort() {
    int port = values.getInt(TrainerKeys.HTTP_PORT);
    return port < 0 ? OptionalInt.empty() : OptionalInt.of(port);
  }

  /** Niceness of the process, 0 to 19. */
  public int nice() {
    return values.getInt(TrainerKeys.NICE);
  }

  /** Processor threads. */
  public int threads() {
    return values.getInt(TrainerKeys.THREADS);
  }

  /** Least improvement in dB. */
  public double margin() {
    return values.getDouble(TrainerKeys.MARGIN);
  }

  /** Share of the measurements that a new adapter is tried with. */
  public double canaryShare() {
    return values.getDouble(TrainerKeys.CANARY_SHARE);
  }

  /** Published adapters that are kept. */
  public int keep() {
    return values.getInt(TrainerKeys.KEEP);
  }

  /** The key that adapters are signed with, if they are. */
  public Optional<Path> signKey() {
    return file(TrainerKeys.SIGN_KEY);
  }

  private Optional<Path> file(String key) {
    String name = values.getString(key);
    return name.isEmpty() ? Optional.empty() : Optional.of(PathSetting.of(key, name));
  }
}
