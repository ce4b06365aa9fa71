package org.deftstream.deft.engine;

import java.time.Duration;

/** Makes the reconstruction of a job whose samples are complete. */
final class Answer {
  private Answer() {}

  /**
   * Combines the samples and computes the residual.
   *
   * @param nanos {@link System#nanoTime} now
   */
  static Reconstruction of(Job job, long nanos) {
    var mean = job.samples().mean();
    var first = job.trajectories().get(0);
    return new Reconstruction(
        mean,
        job.samples().standardDeviation(),
        residual(job.request(), mean),
        first.noise().seed(),
        Duration.ofNanos(job.queueNanos()),
        Duration.ofNanos(job.computeNanos(nanos)),
        job.largestBatch(),
        device(job));
  }

  /**
   * Where the prior was evaluated and, where that is a choice, whether steps were composed and
   * where proximal points were found.
   */
  private static String device(Job job) {
    if (!job.composed()) {
      return device(job.request());
    }
    return job.uncomposed()
        ? device(job.request()) + ", some steps composed"
        : job.request().prior().device() + ", composed";
  }

  private static String device(ReconstructionRequest request) {
    var prior = request.prior();
    return prior
        .proximalDevice()
        .map(
            points ->
                prior.device()
                    + ", proximal points: "
                    + points.place(request.measurement().operator()))
        .orElseGet(prior::device);
  }

  private static double residual(ReconstructionRequest request, float[] mean) {
    var measurement = request.measurement();
    double residual = measurement.operator().residual(mean, measurement.measurement());
    if (!Double.isFinite(residual)) {
      throw new NonFiniteSampleException(
          "measurement " + request.measurementId() + ": the residual of the result is " + residual);
    }
    return residual;
  }
}
