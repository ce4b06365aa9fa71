package org.deftstream.deft.regression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalPoints;

/**
 * How a network answers a measurement with an image: from {@code x_0 = A^+ y}, K times
 *
 * <pre>{@code
 * z_k = x_k + NN(x_k, conditioning(y); k)
 * x_(k+1) = argmin_x |y - A x|^2 + (sigma^2 / tau^2) |x - z_k|^2
 * }</pre>
 *
 * with the same weights each time, k in place of a timestep. One iteration without the second line
 * is a regression; several with it are MoDL (Aggarwal, Mani and Jacob, IEEE Trans. Medical Imaging
 * 38, 2019), in which tau is how far the network's estimate is believed to be off. Immutable and
 * thread-safe.
 *
 * @param iterations K, 1 to 32
 * @param tau standard deviation of the error of z, in image units; 0 leaves the second line out
 */
public record Unrolling(int iterations, double tau) {
  /** Most iterations. */
  public static final int MOST = 32;

  /** The network alone, once: what is mostly meant by a supervised U-Net. */
  public static final Unrolling REGRESSION = new Unrolling(1, 0);

  public Unrolling {
    if (iterations < 1 || iterations > MOST) {
      throw new IllegalArgumentException(
          "iterations must be from 1 to " + MOST + ", got " + iterations);
    }
    if (!(tau >= 0 && tau <= 1000)) {
      throw new IllegalArgumentException("tau must be from 0 to 1000, got " + tau);
    }
    if (iterations > 1 && tau == 0) {
      throw new IllegalArgumentException(
          "tau must be above 0: nothing else tells one iteration from the next");
    }
  }

  /** Channels that the network sees: the image, and the operator's conditioning. */
  public static int channels(ForwardOperator operator) {
    return operator.imageShape().channels() + operator.conditioningChannels();
  }

  /** The network: its answers to rows of features, channels last, at one iteration each. */
  @FunctionalInterface
  public interface Network {
    /**
     * Answers.
     *
     * @param features rows x height x width x {@link #channels}
     * @param iterations k of each row
     * @return rows x height x width x channels of the image
     */
    float[] answer(float[] features, int[] iterations);
  }

  /**
   * What came of a batch on its way.
   *
   * @param features the network's features in each iteration
   * @param answers the network's answers in each
   * @param states x_0 to x_K of each row
   */
  @SuppressWarnings("ArrayRecordComponent") // lent to the caller
  record Path(List<float[]> features, List<float[]> answers, List<float[][]> states) {
    float[][] images() {
      return states.get(states.size() - 1);
    }
  }

  /**
   * Checks that measurements of an operator can be unrolled so.
   *
   * @throws IllegalArgumentException if data consistency is asked of an operator without noise, or
   *     in several iterations of one that is not linear
   */
  public void require(ForwardOperator operator) {
    if (tau > 0 && !(operator.noiseSigma() > 0)) {
      throw new IllegalArgumentException(
          "data consistency weighs by the noise; " + operator.kind() + " states none");
    }
    if (tau > 0 && !operator.linear()) {
      throw new IllegalArgumentException(
          "data consistency is learned through for linear operators only, not for "
              + operator.kind());
    }
  }

  /** The images of some measurements of one shape, a new array each. */
  public List<float[]> images(List<BoundMeasurement> measurements, Network network) {
    return List.of(run(measurements, network).images());
  }

  Path run(List<BoundMeasurement> measurements, Network network) {
    var features = new ArrayList<float[]>();
    var answers = new ArrayList<float[]>();
    var states = new ArrayList<float[][]>();
    float[][] x = measurements.stream().map(Unrolling::start).toArray(float[][]::new);
    states.add(x);
    for (int k = 0; k < iterations; k++) {
      var input = features(measurements, x);
      var times = new int[x.length];
      Arrays.fill(times, k);
      float[] answer = network.answer(input, times);
      features.add(input);
      answers.add(answer);
      x = consistent(measurements, added(x, answer));
      states.add(x);
    }
    return new Path(features, answers, states);
  }

  private static float[] start(BoundMeasurement m) {
    return m.operator().pseudoInverse(m.measurement());
  }

  /** x with the network's answer. */
  static float[][] added(float[][] x, float[] answer) {
    var z = new float[x.length][];
    for (int r = 0; r < z.length; r++) {
      z[r] = x[r].clone();
      for (int i = 0; i < z[r].length; i++) {
        z[r][i] += answer[r * z[r].length + i];
      }
    }
    return z;
  }

  /** {@code argmin_x |y - A x|^2 + (sigma^2 / tau^2) |x - z|^2} for each row; z where tau is 0. */
  float[][] consistent(List<BoundMeasurement> measurements, float[][] z) {
    if (tau == 0) {
      return z;
    }
    var rows = new ArrayList<ProximalPoints.Row>();
    for (int r = 0; r < z.length; r++) {
      rows.add(new ProximalPoints.Row(measurements.get(r), z[r], rho(measurements.get(r))));
    }
    return ProximalPoints.of(rows);
  }

  private double rho(BoundMeasurement m) {
    double sigma = m.operator().noiseSigma();
    return sigma * sigma / (tau * tau);
  }

  private static float[] features(List<BoundMeasurement> measurements, float[][] x) {
    ImageShape shape = measurements.get(0).operator().imageShape();
    int own = shape.channels();
    int channels = channels(measurements.get(0).operator());
    int pixels = shape.height() * shape.width();
    var features = new float[x.length * pixels * channels];
    for (int r = 0; r < x.length; r++) {
      float[] conditioning = measurements.get(r).conditioning();
      for (int p = 0; p < pixels; p++) {
        int at = (r * pixels + p) * channels;
        System.arraycopy(x[r], p * own, features, at, own);
        System.arraycopy(conditioning, p * (channels - own), features, at + own, channels - own);
      }
    }
    return features;
  }
}
