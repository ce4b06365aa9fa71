package org.deftstream.deft.regression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deftstream.deft.operator.BoundMeasurement;

/**
 * The gradient of the mean squared error of unrolled iterations, from the last to the first:
 * through the network by its vector-Jacobian product, through data consistency by a proximal point,
 * whose Jacobian {@code rho (A^T W A + rho I)^-1} is symmetric and costs what the point costs.
 * Stateless.
 */
final class UnrolledGradient {
  /** Root mean square to which a cotangent is brought, so that what is solved for has digits. */
  private static final double LENGTH = 0.5;

  private final Unrolling unrolling;
  private final Network network;

  /** The vector-Jacobian product of the network with respect to its features. */
  @FunctionalInterface
  interface Network {
    float[] vectorJacobian(float[] features, int[] iterations, float[] cotangent);
  }

  UnrolledGradient(Unrolling unrolling, Network network) {
    this.unrolling = unrolling;
    this.network = network;
  }

  /**
   * The gradient with respect to the network's answers in each iteration.
   *
   * @param last the gradient with respect to the last images, one row each
   * @return for each iteration {@code dL / d answers}, rows one after the other
   */
  List<float[]> ofAnswers(
      List<BoundMeasurement> measurements, Unrolling.Path path, float[][] last) {
    int own = measurements.get(0).operator().imageShape().channels();
    var gradients = new ArrayList<float[]>();
    float[][] v = last;
    for (int k = unrolling.iterations() - 1; k >= 0; k--) {
      v = throughConsistency(measurements, path, k, v);
      float[] flat = flat(v);
      gradients.add(0, flat);
      if (k > 0) {
        var times = new int[v.length];
        Arrays.fill(times, k);
        v = added(v, network.vectorJacobian(path.features().get(k), times, flat), own);
      }
    }
    return gradients;
  }

  /** A proximal point is affine in z: the product is how far it moves with it. */
  private float[][] throughConsistency(
      List<BoundMeasurement> measurements, Unrolling.Path path, int k, float[][] v) {
    if (unrolling.tau() == 0) {
      return v;
    }
    float[][] point = path.states().get(k + 1);
    float[][] z = Unrolling.added(path.states().get(k), path.answers().get(k));
    var moved = new float[z.length][];
    var scales = new double[z.length];
    for (int r = 0; r < z.length; r++) {
      double length = rootMeanSquare(v[r]);
      scales[r] = length > 0 ? LENGTH / length : 1;
      moved[r] = z[r].clone();
      for (int i = 0; i < moved[r].length; i++) {
        moved[r][i] += (float) (scales[r] * v[r][i]);
      }
    }
    float[][] there = unrolling.consistent(measurements, moved);
    var product = new float[z.length][];
    for (int r = 0; r < z.length; r++) {
      product[r] = new float[z[r].length];
      for (int i = 0; i < product[r].length; i++) {
        product[r][i] = (float) (((double) there[r][i] - point[r][i]) / scales[r]);
      }
    }
    return product;
  }

  /** A state goes on by itself and as the first of the network's features. */
  private static float[][] added(float[][] v, float[] product, int own) {
    var sum = new float[v.length][];
    int pixels = v[0].length / own;
    int channels = product.length / v.length / pixels;
    for (int r = 0; r < v.length; r++) {
      sum[r] = v[r].clone();
      for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < own; c++) {
          sum[r][p * own + c] += product[(r * pixels + p) * channels + c];
        }
      }
    }
    return sum;
  }

  private static float[] flat(float[][] rows) {
    int size = rows[0].length;
    var out = new float[rows.length * size];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(rows[r], 0, out, r * size, size);
    }
    return out;
  }

  private static double rootMeanSquare(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum / values.length);
  }
}
