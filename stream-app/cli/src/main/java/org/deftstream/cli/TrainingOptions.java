package org.deftstream.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.deftstream.deft.UserError;
import org.deftstream.deft.tensorflow.Bfloat16;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.text.ProgressLine;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.deft.training.TrainingRun;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How to train: what priors and adapters have in common. */
@OptionHeading("Training")
final class TrainingOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where checkpoints and the result go; a run goes on from what is there.")
  private Path directory;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Stop after so many steps (default: ${DEFAULT-VALUE}).")
  private long steps;

  @Option(
      names = "--minutes",
      paramLabel = "MINUTES",
      defaultValue = "60",
      description = "Stop after so many minutes of computing (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "Images per step (default: ${DEFAULT-VALUE}).")
  int rows;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      defaultValue = "4e-4",
      description = "First learning rate, decaying to 0 (default: ${DEFAULT-VALUE}).")
  double learningRate;

  @Option(
      names = "--ema",
      paramLabel = "DECAY",
      defaultValue = "0.999",
      description = "Decay of the running average of the weights (default: ${DEFAULT-VALUE}).")
  double emaDecay;

  @Option(names = "--flips", description = "Mirror images left to right at random.")
  boolean flips;

  @Option(
      names = "--checkpoint-minutes",
      paramLabel = "MINUTES",
      defaultValue = "5",
      description = "Minutes of computing between checkpoints (default: ${DEFAULT-VALUE}).")
  double checkpointMinutes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of weights, data order and noise (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of TensorFlow; 0 takes every processor.")
  private int threads;

  @Option(
      names = "--bfloat16",
      arity = "0..1",
      defaultValue = "auto",
      fallbackValue = "true",
      paramLabel = "WHEN",
      converter = When.class,
      description =
          "Multiply in bfloat16: true, false, or auto, which measures whether that is faster here"
              + " (default: ${DEFAULT-VALUE}); weights stay float32.")
  private Bfloat16 bfloat16;

  /** {@code auto}, {@code true} or {@code false}. */
  static final class When implements ITypeConverter<Bfloat16> {
    @Override
    public Bfloat16 convert(String text) {
      if (!List.of("auto", "true", "false").contains(text)) {
        throw new TypeConversionException("it takes auto, true or false, not '" + text + "'");
      }
      return Bfloat16.of(text);
    }
  }

  Path directory() {
    if (directory == null) {
      throw new UserError("--out is missing: a directory for checkpoints and the result");
    }
    return directory;
  }

  TrainingBudget budget() {
    return new TrainingBudget(steps, minutes);
  }

  TensorFlowBackend backend() {
    int taken = threads > 0 ? threads : SessionOptions.standard().threads();
    return TensorFlowBackend.start(new SessionOptions(taken, bfloat16, 1));
  }

  /**
   * Runs a training and shows its progress. Told to end (Ctrl-C, SIGTERM), it ends with a last
   * checkpoint, from which the next start goes on.
   */
  static <T> T run(ProgressLine line, Function<TrainingRun.Listener, T> training) {
    var ended = new CountDownLatch(1);
    try (var owner = new ShutdownOwner()) {
      owner.own("training", ended::await);
      try {
        return training.apply(listener(line, owner));
      } finally {
        ended.countDown();
      }
    }
  }

  private static TrainingRun.Listener listener(ProgressLine line, ShutdownOwner owner) {
    return new TrainingRun.Listener() {
      @Override
      public boolean enough() {
        return owner.closing();
      }

      @Override
      public void stepped(long step, double progress, double loss, double elapsedMinutes) {
        line.show(progress, String.format("step %d, loss %.4f", step, loss));
      }

      @Override
      public void checkpointed(TrainingRun run) {
        // The line shows the steps; a checkpoint is no news.
      }

      @Override
      public void finished(TrainingRun run) {
        line.close();
        System.err.printf(
            "%,d steps in %.1f minutes, %.1f of one processor%n",
            run.steps(), run.elapsedMinutes(), run.processorMinutes());
      }
    };
  }
}
