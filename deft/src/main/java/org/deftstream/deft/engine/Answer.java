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
        job.request().prior().device());
  }

  /** {@code |y - A(mean)|} as root mean square, in units of the noise. */
  private static double residual(ReconstructionRequest request, float[] mean) {
    var operator = request.measurement().operator();
    var expected = request.measurement().measurement();
    var explained = operator.measure(mean);
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = expected[i] - explained[i];
      sum += difference * difference;
    }
    double sigma = operator.noiseSigma() > 0 ? operator.noiseSigma() : 1;
    double residual = Math.sqrt(sum / expected.length) / sigma;
    if (!Double.isFinite(residual)) {
      throw new NonFiniteSampleException(
          "measurement " + request.measurementId() + ": the residual of the result is " + residual);
    }
    return residual;
  }
}
