package org.deftstream.deft.operator.tomography;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Arrays;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.ConjugateGradients;
import org.deftstream.deft.linalg.LaneGradients;
import org.deftstream.deft.linalg.SparseMatrix;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.RayNoise;

/**
 * Parallel-beam computed tomography, kind {@code ct-parallel}: y holds line integrals of the image
 * over {@code views x detectorBins} rays (and channels, where there are several), in units of image
 * value times length with the image's longer side spanning [-1, 1]. Sparse-view and limited-angle
 * scans are a matter of {@code views} and {@code angleRangeDegrees}, low dose one of {@code noise}.
 *
 * <p>Line integrals are those of Joseph's method, and the adjoint is exact. Where the system matrix
 * is small it is computed once and kept ({@link StoredProjector}); else rays are followed as it
 * goes ({@link RayProjector}). The pseudo-inverse is the surrogate that everybody uses, filtered
 * back-projection (FBP). FBP of few views is only fair to an object that is 0 outside, but images
 * have a background of about -1: therefore {@code pseudoInverse(y) = FBP(y + A 1) - 1}, which is
 * the FBP of the attenuation x + 1.
 *
 * <p>Noise is Gaussian, alike for all rays, or that of counted photons ({@code poisson}), where the
 * thicker a ray's path, the larger its noise. Then {@link #residual} and {@link #proximal} weigh
 * each ray by its variance.
 *
 * <p>Immutable and thread-safe.
 */
public final class ParallelBeamCt implements ForwardOperator {
  /** The value of {@code kind} in a specification. */
  public static final String KIND = "ct-parallel";

  /** {@link #proximal} takes at most so many conjugate-gradient iterations. */
  public static final int PROXIMAL_ITERATIONS = 30;

  /** {@link #proximal} stops once the gradient has fallen to this fraction of its start. */
  public static final double PROXIMAL_TOLERANCE = 1e-4;

  /** Matrices of more bytes are not kept. */
  private static final long MOST_STORED = 64L << 20;

  /** From so many rows on, {@link SparseMatrix#LANES} together cost less than one by one. */
  private static final int FEWEST_TOGETHER = 3;

  private final ParallelBeamGeometry geometry;
  private final RampFilter.Window window;
  private final RayNoise noise;
  private final Projector projector;
  private final RampFilter filter;
  private final float[] backgroundOffset;
  private final MeasurementRange range;

  /**
   * Makes an operator.
   *
   * @param noise given the rays, the noise of each
   */
  ParallelBeamCt(
      ParallelBeamGeometry geometry,
      RampFilter.Window window,
      Function<Projector, RayNoise> noise) {
    this.geometry = geometry;
    this.window = window;
    projector =
        StoredProjector.bytes(geometry) <= MOST_STORED
            ? new StoredProjector(geometry)
            : new RayProjector(geometry);
    this.noise = noise.apply(projector);
    filter = new RampFilter(geometry.bins(), geometry.pixel(), window);
    var ones = new float[geometry.shape().size()];
    Arrays.fill(ones, 1);
    var paths = measure(ones);
    float longest = 0;
    for (float path : paths) {
      longest = Math.max(longest, path);
    }
    range = this.noise.reach(MeasurementRange.symmetric(longest));
    backgroundOffset = filteredBackProjection(paths);
    for (int i = 0; i < backgroundOffset.length; i++) {
      backgroundOffset[i] -= 1;
    }
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public JsonNode spec() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", KIND)
        .put("views", geometry.views())
        .put("angleRangeDegrees", geometry.angleRangeDegrees())
        .put("detectorBins", geometry.bins())
        .put("filter", window.label())
        .set("noise", noise.json());
  }

  @Override
  public ImageShape imageShape() {
    return geometry.shape();
  }

  /** {@code views x detectorBins}, and {@code x channels} where images have several. */
  @Override
  public int[] measurementShape() {
    return channels() == 1
        ? new int[] {geometry.views(), geometry.bins()}
        : new int[] {geometry.views(), geometry.bins(), channels()};
  }

  @Override
  public double noiseSigma() {
    return noise.sigma();
  }

  /** The longest path through an image of -1 or 1; counted photons can say a little more. */
  @Override
  public MeasurementRange measurementRange() {
    return range;
  }

  @Override
  public float[] simulate(float[] image, RandomGenerator random) {
    var measurement = measure(image);
    noise.disturb(measurement, random);
    return measurement;
  }

  /**
   * The root mean square of {@code y - A(x)}, each ray in units of its own standard deviation as
   * the measurement tells it.
   */
  @Override
  public double residual(float[] image, float[] measurement) {
    var misfit = misfit(image, measurement);
    var weights = noise.weights(measurement);
    double sum = 0;
    for (int i = 0; i < misfit.length; i++) {
      double square = (double) misfit[i] * misfit[i];
      sum += weights == null ? square : weights[i] * square;
    }
    return Math.sqrt(sum / misfit.length) / noise.sigma();
  }

  @Override
  public float[] measure(float[] image) {
    return projector.project(image, channels());
  }

  @Override
  public float[] adjoint(float[] measurement) {
    return projector.adjoint(measurement, channels());
  }

  /** FBP of the attenuation: {@code FBP(y + A 1) - 1}. Affine in y. */
  @Override
  public float[] pseudoInverse(float[] measurement) {
    var image = filteredBackProjection(measurement);
    for (int i = 0; i < image.length; i++) {
      image[i] += backgroundOffset[i];
    }
    return image;
  }

  /** {@code FBP(y - A x0Hat)}: the linear FBP, in image units. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return filteredBackProjection(misfit(x0Hat, measurement));
  }

  /**
   * The proximal point by conjugate gradients on {@code (A^T W A + rho I)(x - x0) = A^T W (y - A
   * x0)}, started at x0, with {@link #PROXIMAL_ITERATIONS} and {@link #PROXIMAL_TOLERANCE}. W is 1
   * for Gaussian noise, else the square of {@link #noiseSigma} over each ray's variance. Where rho
   * is so small that the iterations do not suffice, what was left out are the directions that the
   * measurement says least about, and there the answer stays near x0.
   */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    var weights = noise.weights(measurement);
    var change =
        ConjugateGradients.solve(
            direction -> {
              var image = adjoint(weighted(measure(direction), weights));
              for (int i = 0; i < image.length; i++) {
                image[i] += (float) rho * direction[i];
              }
              return image;
            },
            adjoint(weighted(misfit(x0, measurement), weights)),
            PROXIMAL_ITERATIONS,
            PROXIMAL_TOLERANCE);
    for (int i = 0; i < change.length; i++) {
      change[i] += x0[i];
    }
    return change;
  }

  /** As for one; each entry of the system matrix is read once for several rows. */
  @Override
  public float[][] proximal(float[][] x0, float[][] measurements, double[] rho) {
    var points = new float[x0.length][];
    for (int from = 0; from < x0.length; from += SparseMatrix.LANES) {
      int to = Math.min(x0.length, from + SparseMatrix.LANES);
      if (projector instanceof StoredProjector stored
          && channels() == 1
          && to - from >= FEWEST_TOGETHER) {
        proximalTogether(stored, x0, measurements, rho, from, to, points);
      } else {
        for (int i = from; i < to; i++) {
          points[i] = proximal(x0[i], measurements[i], rho[i]);
        }
      }
    }
    return points;
  }

  private void proximalTogether(
      StoredProjector stored,
      float[][] x0,
      float[][] measurements,
      double[] rho,
      int from,
      int to,
      float[][] points) {
    var misfits = new float[to - from][];
    var weights = new float[to - from][];
    var trust = new float[SparseMatrix.LANES];
    for (int i = from; i < to; i++) {
      requireWeight(rho[i]);
      trust[i - from] = (float) rho[i];
      weights[i - from] = noise.weights(measurements[i]);
      misfits[i - from] = weighted(misfit(x0[i], measurements[i]), weights[i - from]);
    }
    var rays = LaneGradients.interleave(misfits);
    var rayWeights = weights[0] == null ? null : LaneGradients.interleave(weights);
    var right = new float[x0[from].length * SparseMatrix.LANES];
    stored.adjointLanes(rays, right);
    var changes =
        LaneGradients.solve(
            (directions, images) -> {
              stored.projectLanes(directions, rays);
              stored.adjointLanes(weighted(rays, rayWeights), images);
              for (int i = 0; i < images.length; i++) {
                images[i] += trust[i % SparseMatrix.LANES] * directions[i];
              }
            },
            right,
            PROXIMAL_ITERATIONS,
            PROXIMAL_TOLERANCE);
    for (int i = from; i < to; i++) {
      points[i] = LaneGradients.lane(changes, i - from);
      for (int j = 0; j < points[i].length; j++) {
        points[i][j] += x0[i][j];
      }
    }
  }

  /** One channel for each image channel: {@link #pseudoInverse}. */
  @Override
  public int conditioningChannels() {
    return channels();
  }

  @Override
  public float[] conditioning(float[] measurement) {
    return pseudoInverse(measurement);
  }

  private static void requireWeight(double rho) {
    if (!(rho > 0)) {
      throw new IllegalArgumentException("rho must be above 0, got " + rho);
    }
  }

  private int channels() {
    return geometry.shape().channels();
  }

  private float[] misfit(float[] x0, float[] measurement) {
    return difference(measurement, measure(x0));
  }

  /** {@code y - A(x)}, into the array of A(x). */
  private static float[] difference(float[] measurement, float[] measured) {
    if (measured.length != measurement.length) {
      throw new IllegalArgumentException(
          KIND
              + ": expected a measurement of "
              + measured.length
              + " values, got "
              + measurement.length);
    }
    for (int i = 0; i < measured.length; i++) {
      measured[i] = measurement[i] - measured[i];
    }
    return measured;
  }

  private static float[] weighted(float[] rays, float[] weights) {
    if (weights != null) {
      for (int i = 0; i < rays.length; i++) {
        rays[i] *= weights[i];
      }
    }
    return rays;
  }

  private float[] filteredBackProjection(float[] sinogram) {
    return projector.backProject(filter.apply(sinogram, channels()), channels());
  }
}
