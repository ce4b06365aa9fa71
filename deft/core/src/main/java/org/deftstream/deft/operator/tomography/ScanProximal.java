package org.deftstream.deft.operator.tomography;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.deftstream.deft.linalg.Circulant;
import org.deftstream.deft.linalg.ConjugateGradients;
import org.deftstream.deft.linalg.LaneGradients;
import org.deftstream.deft.linalg.SparseMatrix;

/**
 * Solves {@code (A^T W A + rho I) change = A^T W misfit} for the rays of a scan by conjugate
 * gradients from 0, W being the rays' weights. Where rho is so small that the iterations do not
 * suffice, what is left out are the directions that the rays say least about.
 *
 * <p>Where rays are followed as it goes, each iteration is dear. There {@code A^T A} is nearly a
 * convolution, whose inverse is a {@link Circulant}: with it a few iterations do. Weights are taken
 * for what they are worth to each pixel (Fessler and Booth, IEEE Trans. Image Processing 8, 1999).
 * Immutable and thread-safe.
 */
final class ScanProximal {
  /** At most so many iterations are taken. */
  static final int ITERATIONS = 30;

  /** They end once the gradient has fallen to this fraction of its start. */
  static final double TOLERANCE = 1e-4;

  /** From so many rows on, {@link SparseMatrix#LANES} together cost less than one by one. */
  private static final int FEWEST_TOGETHER = 3;

  /** Up to so many pixels: a dozen arrays of as many images take some 200 MiB. */
  private static final int MOST_TOGETHER = 1 << 19;

  private final Projector projector;
  private final int height;
  private final int width;
  private final int channels;

  /** Made when it is first asked for. */
  private volatile Circulant convolution;

  ScanProximal(ScanGeometry geometry, Projector projector) {
    this.projector = projector;
    height = geometry.shape().height();
    width = geometry.shape().width();
    channels = geometry.shape().channels();
  }

  /** Whether several systems are solved together for less than one after the other. */
  boolean together(int rows) {
    return channels == 1 && rows >= FEWEST_TOGETHER && height * width <= MOST_TOGETHER;
  }

  /**
   * The change of one image.
   *
   * @param weights of the rays; null where all are 1
   */
  float[] change(float[] misfit, float[] weights, double rho) {
    return ConjugateGradients.solve(
        direction -> {
          var image = back(weighted(projector.project(direction, channels), weights));
          for (int i = 0; i < image.length; i++) {
            image[i] += (float) rho * direction[i];
          }
          return image;
        },
        nearInverse(weights, rho),
        back(weighted(misfit.clone(), weights)),
        ITERATIONS,
        TOLERANCE,
        0);
  }

  private UnaryOperator<float[]> nearInverse(float[] weights, double rho) {
    if (projector instanceof StoredProjector) {
      return UnaryOperator.identity();
    }
    var near = convolution();
    if (weights == null) {
      return image -> near.solve(image, channels, 1, rho);
    }
    float[] worth = worth(weights);
    double squares = 0;
    for (float value : worth) {
      squares += (double) value * value / worth.length;
    }
    double level = rho / squares;
    return image -> {
      var scaled = image.clone();
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] /= worth[i];
      }
      scaled = near.solve(scaled, channels, 1, level);
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] /= worth[i];
      }
      return scaled;
    };
  }

  /** For each pixel the root of the mean weight of the rays through it. */
  private float[] worth(float[] weights) {
    var ones = new float[height * width * channels];
    Arrays.fill(ones, 1);
    var paths = projector.project(ones, channels);
    var seen = back(paths);
    var counted = back(weighted(paths, weights));
    double mean = 0;
    double most = 0;
    for (int i = 0; i < seen.length; i++) {
      mean += seen[i] > 0 ? (double) counted[i] / seen[i] / seen.length : 0;
      most = Math.max(most, seen[i]);
    }
    var worth = new float[seen.length];
    for (int i = 0; i < worth.length; i++) {
      double little = 1e-2 * most; // A corner that hardly any ray meets is like the others.
      worth[i] = (float) Math.sqrt((counted[i] + mean * little) / (seen[i] + little));
    }
    return worth;
  }

  private Circulant convolution() {
    var made = convolution;
    if (made == null) {
      var point = new float[height * width];
      point[height / 2 * width + width / 2] = 1;
      made = new Circulant(height, width, projector.adjoint(projector.project(point, 1), 1));
      convolution = made;
    }
    return made;
  }

  /** The changes of up to {@link SparseMatrix#LANES} images of one channel, to the bit as alone. */
  float[][] changes(float[][] misfits, float[][] weights, double[] rho) {
    var trust = new float[SparseMatrix.LANES];
    var weightedMisfits = new float[misfits.length][];
    for (int i = 0; i < misfits.length; i++) {
      trust[i] = (float) rho[i];
      weightedMisfits[i] = weighted(misfits[i].clone(), weights[i]);
    }
    var rays = LaneGradients.interleave(weightedMisfits);
    var rayWeights = weights[0] == null ? null : LaneGradients.interleave(weights);
    var right = new float[height * width * SparseMatrix.LANES];
    projector.adjointLanes(rays, right);
    var solved =
        LaneGradients.solve(
            (directions, images) -> {
              projector.projectLanes(directions, rays);
              projector.adjointLanes(weighted(rays, rayWeights), images);
              for (int i = 0; i < images.length; i++) {
                images[i] += trust[i % SparseMatrix.LANES] * directions[i];
              }
            },
            nearInverses(weights, rho),
            right,
            ITERATIONS,
            TOLERANCE);
    var changes = new float[misfits.length][];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = LaneGradients.lane(solved, i);
    }
    return changes;
  }

  /** {@link #nearInverse} of each lane; null where it is the identity. */
  private LaneGradients.Matrices nearInverses(float[][] weights, double[] rho) {
    if (projector instanceof StoredProjector) {
      return null;
    }
    var inverses = new ArrayList<UnaryOperator<float[]>>();
    for (int i = 0; i < rho.length; i++) {
      inverses.add(nearInverse(weights[i], rho[i]));
    }
    return (residuals, towards) ->
        IntStream.range(0, inverses.size())
            .parallel()
            .forEach(
                lane -> {
                  var solved = inverses.get(lane).apply(LaneGradients.lane(residuals, lane));
                  LaneGradients.setLane(towards, lane, solved);
                });
  }

  private float[] back(float[] rays) {
    return projector.adjoint(rays, channels);
  }

  private static float[] weighted(float[] rays, float[] weights) {
    if (weights != null) {
      for (int i = 0; i < rays.length; i++) {
        rays[i] *= weights[i];
      }
    }
    return rays;
  }
}
