package org.deftstream.deft.engine;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.Tikhonov;
import org.deftstream.deft.sampler.SamplerSettings.Init;
import org.deftstream.deft.sampler.SamplerSettings.Solver;
import org.deftstream.deft.sampler.TimeSteps;

/**
 * One accepted request: its future, its K trajectories, and what becomes of them. Everything that
 * changes is used by the engine's thread alone, except {@link #future()} and {@link #end()}.
 *
 * <p>Ordered by priority, then deadline, then arrival.
 */
final class Job implements Comparable<Job> {
  private static final Comparator<Job> ORDER =
      Comparator.comparingInt((Job job) -> job.request.priority())
          .reversed()
          .thenComparing(
              job -> job.request.deadline(), Comparator.nullsLast(Comparator.naturalOrder()))
          .thenComparingLong(job -> job.arrival);

  private final ReconstructionRequest request;
  private final long arrival;
  private final long submittedNanos;
  private final ImageShape imageShape;
  private final ImageShape row;
  private final int regions;
  private final int[] timesteps;
  private final float[] initialImage;
  private final List<Trajectory> trajectories;
  private final SampleCombiner samples;
  private final CompletableFuture<Reconstruction> future = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private boolean begun;
  private long begunNanos;
  private int largestBatch;
  private boolean composed;
  private boolean uncomposed;

  /**
   * Checks that the request fits together.
   *
   * @param arrival increases from request to request
   * @param nanos {@link System#nanoTime} of the submission
   * @throws IllegalArgumentException one line that says what does not fit
   */
  Job(ReconstructionRequest request, long arrival, long nanos) {
    var prior = request.prior();
    imageShape = request.measurement().operator().imageShape();
    try {
      prior.tiling().require(imageShape, prior.imageShape());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "measurement "
              + request.measurementId()
              + ": its operator is for images of "
              + imageShape
              + "; prior "
              + prior.name()
              + ": "
              + e.getMessage(),
          e);
    }
    try {
      request.hTransform().require(imageShape);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "measurement " + request.measurementId() + ": " + e.getMessage(), e);
    }
    row = prior.tiling().row(imageShape, prior.imageShape());
    regions = prior.tiling().most(imageShape, prior.imageShape());
    var sampler = request.sampler();
    if (request.hTransform().prescribesStep() && sampler.solver() != Solver.DDIM) {
      throw new IllegalArgumentException(
          "measurement "
              + request.measurementId()
              + ": method "
              + request.hTransform().method()
              + " prescribes its step and goes with the solver ddim only, not with: "
              + sampler.describe());
    }
    this.request = request;
    this.arrival = arrival;
    submittedNanos = nanos;
    timesteps = TimeSteps.of(sampler, request.prior().schedule());
    var measurement = request.measurement();
    // Here and not at the first step: what an operator throws concerns the caller, not the engine.
    initialImage = initialImage(sampler.init(), measurement);
    int k = sampler.samples();
    samples = new SampleCombiner(k);
    trajectories = IntStream.range(0, k).mapToObj(i -> new Trajectory(this, i)).toList();
  }

  ReconstructionRequest request() {
    return request;
  }

  /** Shape of the image. */
  ImageShape imageShape() {
    return imageShape;
  }

  /** Shape of the rows that the prior sees the image in. */
  ImageShape row() {
    return row;
  }

  /** Number of regions that the image is cut into at every step. */
  int regions() {
    return regions;
  }

  /**
   * Bytes of the images that a trajectory holds from its first step to its last: x_t, the predicted
   * noise, what the solver and the method remember, and the regions' answers.
   */
  long stateBytes() {
    return 5L * Float.BYTES * imageShape.size();
  }

  /** The timesteps of every trajectory, descending. Not to be changed. */
  int[] timesteps() {
    return timesteps;
  }

  /** What trajectories start from; null where that is noise. Not to be changed. */
  float[] initialImage() {
    return initialImage;
  }

  private static float[] initialImage(Init init, BoundMeasurement of) {
    return switch (init) {
      case NOISE -> null;
      case PSEUDO_INVERSE -> of.operator().pseudoInverse(of.measurement());
      case SMOOTHEST -> Tikhonov.reconstruct(of.operator(), of.measurement());
    };
  }

  List<Trajectory> trajectories() {
    return trajectories;
  }

  CompletableFuture<Reconstruction> future() {
    return future;
  }

  /** Ends the job; true for the first caller only. */
  boolean end() {
    return ended.compareAndSet(false, true);
  }

  /** Whether the job has ended: answered, failed or taken back. */
  boolean ended() {
    return ended.get();
  }

  /** Notes that one of its trajectories is stepped, in a batch of so many. */
  void stepping(int batch, long nanos) {
    if (!begun) {
      begun = true;
      begunNanos = nanos;
    }
    largestBatch = Math.max(largestBatch, batch);
  }

  /** Notes that one of its trajectories took a step, composed on the device or not. */
  void took(boolean onDevice) {
    composed |= onDevice;
    uncomposed |= !onDevice;
  }

  /** Whether steps were composed on the device. */
  boolean composed() {
    return composed;
  }

  /** Whether steps were taken that were not. */
  boolean uncomposed() {
    return uncomposed;
  }

  /** Takes in the sample of a finished trajectory; true if it was the last. */
  boolean collect(Trajectory finished) {
    samples.add(finished.sample(), finished.x());
    return samples.complete();
  }

  /** Time from submission to the first step. */
  long queueNanos() {
    return begunNanos - submittedNanos;
  }

  /** Time from the first step until now. */
  long computeNanos(long nanos) {
    return nanos - begunNanos;
  }

  SampleCombiner samples() {
    return samples;
  }

  int largestBatch() {
    return largestBatch;
  }

  @Override
  public int compareTo(Job other) {
    return ORDER.compare(this, other);
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
