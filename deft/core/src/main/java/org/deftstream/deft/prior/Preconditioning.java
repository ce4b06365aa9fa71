package org.deftstream.deft.prior;

import org.deftstream.deft.prior.SchedulerConfig.Prediction;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * How a network {@code F} is asked for the noise in {@code x_t}, and what its answer says of it:
 *
 * <pre>
 * eps = ofInput[t] x_t + ofAnswer[t] (F(inputScale[t] x_t + inputShift, time[t]) - answerShift)
 * </pre>
 *
 * Every parameterisation in use is of this form, so samplers and adapters see noise whatever a
 * network was trained to answer. Immutable: the arrays are shared and not written to.
 *
 * @param inputScale factor of the input, one for each timestep
 * @param inputShift added to the input
 * @param time what the network is told, one for each timestep; null for the timestep itself
 * @param ofInput part of the noise that the input tells
 * @param ofAnswer part of the noise that the answer tells
 * @param answerShift subtracted from the answer: the middle of its values where it is an image
 */
@SuppressWarnings("ArrayRecordComponent") // tables that go into a graph
public record Preconditioning(
    float[] inputScale,
    float inputShift,
    float[] time,
    float[] ofInput,
    float[] ofAnswer,
    float answerShift) {

  private static Preconditioning empty(
      int steps, float inputShift, boolean timed, float answerShift) {
    return new Preconditioning(
        new float[steps],
        inputShift,
        timed ? new float[steps] : null,
        new float[steps],
        new float[steps],
        answerShift);
  }

  /** A network that is told the timestep and sees {@code x_t} as it is. */
  static Preconditioning of(Prediction prediction, NoiseSchedule schedule) {
    var p = empty(schedule.steps(), 0, false, 0);
    for (int t = 0; t < schedule.steps(); t++) {
      double signal = Math.sqrt(schedule.alphaBar(t));
      double noise = Math.sqrt(1 - schedule.alphaBar(t));
      p.inputScale[t] = 1;
      switch (prediction) {
        case EPSILON -> p.set(t, 0, 1);
        case V -> p.set(t, noise, signal);
        case SAMPLE -> p.set(t, 1 / noise, -signal / noise);
      }
    }
    return p;
  }

  /**
   * EDM (Karras et al., 2022, table 1): {@code D = c_skip x + c_out F(c_in x, ln(sigma) / 4)} of an
   * image with noise of {@code sigma}; where it predicts v, {@code c_out} has the other sign.
   */
  static Preconditioning edm(Prediction prediction, double sigmaData, NoiseSchedule schedule) {
    var p = empty(schedule.steps(), 0, true, 0);
    double sign = prediction == Prediction.V ? -1 : 1;
    for (int t = 0; t < schedule.steps(); t++) {
      double sigma = schedule.sigma(t);
      double root = Math.hypot(sigma, sigmaData);
      // x = x_t / sqrt(alphaBar) = x_t hypot(1, sigma), and eps = (x - D) / sigma.
      double unscaled = Math.hypot(1, sigma);
      p.inputScale[t] = (float) (unscaled / root);
      p.time[t] = (float) (Math.log(sigma) / 4);
      p.set(t, unscaled * sigma / (root * root), -sign * sigmaData / root);
    }
    return p;
  }

  /**
   * The score of a variance-exploding diffusion of images in [0, 1] (Song et al., 2021), told the
   * noise level: {@code F = -eps / sigma}.
   */
  static Preconditioning score(NoiseSchedule schedule) {
    var p = empty(schedule.steps(), 0.5f, true, 0);
    for (int t = 0; t < schedule.steps(); t++) {
      double sigma = schedule.sigma(t) / 2;
      p.inputScale[t] = (float) (Math.hypot(1, schedule.sigma(t)) / 2);
      p.time[t] = (float) sigma;
      p.set(t, 0, -sigma);
    }
    return p;
  }

  /**
   * A variance-exploding diffusion whose network is told the logarithm of the level in images of
   * [0, 1], sees the image as it is, and answers with the noise of the other sign: NCSN++ before it
   * divides by the level.
   */
  static Preconditioning exploding(NoiseSchedule schedule) {
    var p = empty(schedule.steps(), 0, true, 0);
    for (int t = 0; t < schedule.steps(); t++) {
      p.inputScale[t] = (float) Math.hypot(1, schedule.sigma(t));
      p.time[t] = (float) Math.log(schedule.sigma(t) / 2);
      p.set(t, 0, -1);
    }
    return p;
  }

  /**
   * A denoiser of images in [0, 1] that is told the noise level in their units and answers with the
   * image.
   */
  static Preconditioning denoiser(NoiseSchedule schedule) {
    var p = empty(schedule.steps(), 0.5f, true, 0.5f);
    for (int t = 0; t < schedule.steps(); t++) {
      double sigma = schedule.sigma(t);
      double unscaled = Math.hypot(1, sigma);
      p.inputScale[t] = (float) (unscaled / 2);
      p.time[t] = (float) (sigma / 2);
      // eps = (x - x0) / sigma with x = x_t hypot(1, sigma) and x0 = 2 (D - 1/2).
      p.set(t, unscaled / sigma, -2 / sigma);
    }
    return p;
  }

  /**
   * A diffusion in continuous time whose network answers with the noise and is told the time.
   *
   * @param time what it is told, one for each timestep
   * @param scale root of the sum of the variances of signal and noise, in its units
   */
  static Preconditioning continuous(double[] time, double[] scale) {
    var p = empty(time.length, 0, true, 0);
    for (int t = 0; t < time.length; t++) {
      p.inputScale[t] = (float) scale[t];
      p.time[t] = (float) time[t];
      p.set(t, 0, 1);
    }
    return p;
  }

  private void set(int t, double input, double answer) {
    ofInput[t] = (float) input;
    ofAnswer[t] = (float) answer;
  }

  /** Whether the answer is the noise itself. */
  public boolean answersNoise() {
    if (answerShift != 0) {
      return false;
    }
    for (int t = 0; t < ofAnswer.length; t++) {
      if (ofInput[t] != 0 || ofAnswer[t] != 1) {
        return false;
      }
    }
    return true;
  }

  /** Whether the network sees {@code x_t} as it is, and is told the timestep. */
  public boolean plainInput() {
    return inputShift == 0 && time == null;
  }
}
