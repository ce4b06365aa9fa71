package org.deftstream.deft.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.JsonText;

/**
 * The loop that priors and adapters share: steps until the budget is used up, Adam with a short
 * warm-up and a linear decay of the learning rate to zero, checkpoints from which a killed run goes
 * on, a loss curve on disk. Not thread-safe.
 *
 * <p>The batch of step n depends on the seed, n and the weights alone, so a resumed run sees the
 * same data.
 */
public final class TrainingRun {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WARM_UP_STEPS = 100;
  private static final int CURVE_EVERY = 50;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final TrainableNetwork network;
  private final TrainingBudget budget;
  private final double learningRate;
  private final double emaDecay;
  private final double checkpointMinutes;
  private final Path directory;
  private final List<double[]> curve = new ArrayList<>();
  private long step;

  /** Rows of all batches; negative where a checkpoint does not say. */
  private long rows;

  private double elapsedMinutes;
  private double processorMinutes;

  /** One batch to learn from; see {@link TrainableNetwork#step}. */
  @SuppressWarnings("ArrayRecordComponent") // lent for one step
  public record Batch(float[] input, float[] gradient, int[] timesteps, float[] target) {}

  /** Makes the batch of a step. */
  public interface Batches {
    /** The batch of step {@code step}, the same at every call with the same weights. */
    Batch batch(long step);

    /**
     * The loss of the batch that was made last, where it is not what its step minimises.
     *
     * @param stepped the mean squared error that the step reported
     */
    default double loss(double stepped) {
      return stepped;
    }
  }

  /** Sees the run's progress. */
  public interface Listener {
    /** Called after every step. */
    void stepped(long step, double progress, double loss, double elapsedMinutes);

    /** Called after a checkpoint was written. */
    void checkpointed(TrainingRun run);

    /** Called once at the end. */
    default void finished(TrainingRun run) {}

    /** Whether the run is to end before its budget is used up, with a last checkpoint. */
    default boolean enough() {
      return false;
    }
  }

  /**
   * A run that keeps its state in a directory and goes on from what it finds there.
   *
   * @param checkpointMinutes time between checkpoints
   * @throws CheckpointException if it cannot go on from it
   */
  public TrainingRun(
      TrainableNetwork network,
      TrainingBudget budget,
      double learningRate,
      double emaDecay,
      double checkpointMinutes,
      Path directory) {
    this.network = network;
    this.budget = budget;
    this.learningRate = learningRate;
    this.emaDecay = emaDecay;
    this.checkpointMinutes = checkpointMinutes;
    this.directory = directory;
    resume();
  }

  /**
   * Trains until the budget is used up, or the listener has enough, and writes a last checkpoint.
   *
   * @throws TrainingDivergedException if the loss is not finite
   */
  public void run(Batches batches, Listener listener) {
    double lastCheckpoint = elapsedMinutes;
    double smoothed = curve.isEmpty() ? Double.NaN : curve.get(curve.size() - 1)[2];
    while (budget.progress(step, elapsedMinutes) < 1 && !listener.enough()) {
      long begun = System.nanoTime();
      long used = PROCESS.getProcessCpuTime();
      double progress = budget.progress(step, elapsedMinutes);
      double rate = learningRate * Math.min(1, (step + 1.0) / WARM_UP_STEPS) * (1 - progress);
      double decay = Math.min(emaDecay, (1.0 + step) / (10.0 + step));
      var b = batches.batch(step);
      double stepped =
          mean(network.step(b.input(), b.gradient(), b.timesteps(), b.target(), rate, decay));
      double loss = batches.loss(stepped);
      if (!Double.isFinite(loss)) {
        throw new TrainingDivergedException(
            "training diverged at step " + step + ": the loss is " + loss);
      }
      rows = (rows < 0 ? step * b.timesteps().length : rows) + b.timesteps().length;
      step++;
      elapsedMinutes += (System.nanoTime() - begun) / 60e9;
      processorMinutes += (PROCESS.getProcessCpuTime() - used) / 60e9;
      smoothed = Double.isNaN(smoothed) ? loss : 0.98 * smoothed + 0.02 * loss;
      if (step % CURVE_EVERY == 0) {
        curve.add(new double[] {step, elapsedMinutes, smoothed});
      }
      listener.stepped(step, budget.progress(step, elapsedMinutes), smoothed, elapsedMinutes);
      if (elapsedMinutes - lastCheckpoint >= checkpointMinutes) {
        checkpoint();
        lastCheckpoint = elapsedMinutes;
        listener.checkpointed(this);
      }
    }
    checkpoint();
    listener.checkpointed(this);
    listener.finished(this);
  }

  private static double mean(float[] rows) {
    double sum = 0;
    for (float r : rows) {
      sum += r;
    }
    return sum / rows.length;
  }

  private void checkpoint() {
    try {
      var progress = JSON.createObjectNode();
      progress.put("step", step).put("elapsedMinutes", elapsedMinutes);
      progress.put("processorMinutes", processorMinutes).put("rows", Math.max(0, rows));
      var points = progress.putArray("curve");
      curve.forEach(p -> points.addArray().add((long) p[0]).add(p[1]).add(p[2]));
      // The progress rides in the state's own file: one rename makes both current.
      Safetensors.write(
          directory.resolve("checkpoint.safetensors"),
          network.state(),
          Safetensors.Storage.F32,
          Map.of("progress", progress.toString()));
      AtomicFiles.write(directory.resolve("loss.csv"), lossCsv());
    } catch (IOException | UncheckedIOException e) {
      throw new UserError(
          "cannot write a checkpoint into " + directory + ": " + FileProblem.of(e), e);
    }
  }

  private void resume() {
    Path file = directory.resolve("checkpoint.safetensors");
    if (!Files.exists(file)) {
      return;
    }
    try {
      var content = Safetensors.read(file);
      var progress =
          JsonText.parse(content.metadata().getOrDefault("progress", ""), "its progress");
      network.restore(content.tensors());
      step = progress.required("step").asLong();
      elapsedMinutes = progress.required("elapsedMinutes").asDouble();
      processorMinutes = progress.path("processorMinutes").asDouble();
      rows = progress.path("rows").asLong(-1);
      for (var p : progress.required("curve")) {
        curve.add(new double[] {p.path(0).asDouble(), p.path(1).asDouble(), p.path(2).asDouble()});
      }
    } catch (RuntimeException e) {
      // A file that was cut, is of another network, or lacks a part.
      throw new CheckpointException(directory, e);
    }
  }

  private String lossCsv() {
    var csv = new StringBuilder("step,minutes,loss\n");
    curve.forEach(
        p ->
            csv.append((long) p[0]).append(',').append(p[1]).append(',').append(p[2]).append('\n'));
    return csv.toString();
  }

  /** Steps done so far, those of earlier starts included. */
  public long steps() {
    return step;
  }

  /** Rows of all batches so far, those of earlier starts included, whatever a batch held then. */
  public long rows() {
    return Math.max(0, rows);
  }

  /** Minutes of computing so far, those of earlier starts included. */
  public double elapsedMinutes() {
    return elapsedMinutes;
  }

  /**
   * Minutes of computing of one processor so far: what a run costs, whatever else the machine does.
   */
  public double processorMinutes() {
    return processorMinutes;
  }

  /** The loss curve: step, minutes, smoothed loss. */
  public List<double[]> curve() {
    return List.copyOf(curve);
  }
}
