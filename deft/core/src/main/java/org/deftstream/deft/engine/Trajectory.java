package org.deftstream.deft.engine;

import java.util.List;
import org.deftstream.deft.prior.ComposedSteps;
import org.deftstream.deft.prior.Tile;
import org.deftstream.deft.prior.TiledAnswer;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.InitialState;
import org.deftstream.deft.sampler.Stepper;
import org.deftstream.deft.sampler.TimeSteps;

/**
 * One posterior sample on its way from noise to an image. Its state is the noisy image x_t, the
 * position in the timesteps, and for methods that remember it the last conditional estimate; all
 * change only in {@link StepExecutor}. Used by the engine's thread alone.
 *
 * <p>Ordered as the planner serves trajectories of one h-transform: by job, then by sample.
 */
final class Trajectory implements Comparable<Trajectory> {
  private final Job job;
  private final int sample;
  private CounterNoise noise;
  private Stepper stepper;
  private float[] x;
  private float[] previous;
  private int position;
  private List<Tile> tiles;
  private TiledAnswer answer;
  private int taken;
  private ComposedSteps.State deviceState;

  Trajectory(Job job, int sample) {
    this.job = job;
    this.sample = sample;
  }

  Job job() {
    return job;
  }

  /** Index of the sample, from 0 to K - 1. */
  int sample() {
    return sample;
  }

  /** Number of regions of this step that no batch has had yet. */
  int left() {
    return job.regions() - taken;
  }

  /** The next region, for a batch. */
  Region take() {
    return new Region(this, taken++);
  }

  /** Whether batches have had all regions of this step. */
  boolean allTaken() {
    return left() == 0;
  }

  /** Copies a region of x_t into a batch. */
  void cut(int index, float[] rows, int offset) {
    tiles.get(index).cut(x, job.imageShape(), rows, offset);
  }

  /** Takes in the prior's prediction for a region. */
  void predicted(int index, float[] rows, int offset) {
    answer.add(index, rows, offset);
  }

  /** The predicted noise of the whole image, once all regions are there; the step may change it. */
  float[] predictedNoise() {
    return answer.values();
  }

  /** Whether it has no initial state yet. */
  boolean isNew() {
    return x == null;
  }

  /** Makes the initial state if no step was taken yet, and places the regions of a new step. */
  void begin() {
    makeInitialState();
    if (tiles == null) {
      var request = job.request();
      long seed = 31L * request.measurementId().hashCode() + sample;
      tiles =
          request
              .prior()
              .tiling()
              .tiles(job.imageShape(), request.prior().imageShape(), (seed << 16) + t());
      answer.begin(tiles);
    }
  }

  private void makeInitialState() {
    if (isNew()) {
      var request = job.request();
      noise = CounterNoise.of(request.measurementId(), sample, request.sampler().describe());
      stepper = Stepper.of(request.sampler());
      x =
          InitialState.of(
              request.sampler(),
              noise,
              job.imageShape().size(),
              request.prior().schedule().alphaBar(t()),
              job.initialImage());
      answer = new TiledAnswer(job.imageShape());
    }
  }

  /** The noisy image x_t, unless a device has it; after the last step the sample. */
  float[] x() {
    return x;
  }

  /** What a device has in the place of {@link #x()}; null if none does. */
  ComposedSteps.State deviceState() {
    return deviceState;
  }

  /** Notes that a device has x_t. */
  void movedTo(ComposedSteps.State state) {
    deviceState = state;
  }

  /** Notes that x_t is here again. */
  void movedBack(float[] image) {
    x = image;
    deviceState = null;
  }

  /** The conditional estimate of the step before; null at the first, or where nobody remembers. */
  float[] previous() {
    return previous;
  }

  /** Keeps the conditional estimate of this step for the next one. */
  void remember(float[] estimate) {
    previous = estimate;
  }

  CounterNoise noise() {
    return noise;
  }

  /** What takes the steps; remembers what it needs of the earlier ones. */
  Stepper stepper() {
    return stepper;
  }

  /** Timestep of x_t. */
  int t() {
    return job.timesteps()[position];
  }

  /** Timestep that the next step leads to; -1 for the clean image. */
  int target() {
    return TimeSteps.target(job.timesteps(), position);
  }

  /** Notes that x has been taken to {@link #target()}. */
  void advance() {
    position++;
    tiles = null;
    taken = 0;
  }

  boolean finished() {
    return position == job.timesteps().length;
  }

  @Override
  public int compareTo(Trajectory other) {
    int byJob = job.compareTo(other.job);
    return byJob != 0 ? byJob : Integer.compare(sample, other.sample);
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return job.request().measurementId() + "#" + sample;
  }
}
