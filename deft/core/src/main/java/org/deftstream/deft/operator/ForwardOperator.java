package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.IntensityScale;

/**
 * The physics of an instrument: {@code y = A(x) + noise}. Images are flat channels-last arrays with
 * values in [-1, 1]; measurements are flat arrays of {@link #measurementShape()}. Immutable and
 * thread-safe.
 *
 * <p>Some operators have parameters that change with every record, such as the mask of inpainting.
 * Those are auxiliary inputs: {@link #auxiliaryShapes()} names them and {@link #bind} returns the
 * operator of one record. An operator without auxiliary inputs binds to itself.
 */
public interface ForwardOperator {
  /** The kind, as in the specification's field {@code kind}: {@code ct-parallel}. */
  String kind();

  /** The JSON specification from which an equal operator can be made, noise level included. */
  JsonNode spec();

  /** Shape of the images. */
  ImageShape imageShape();

  /** Shape of a measurement, row-major. */
  int[] measurementShape();

  /**
   * Shape of the image that a measurement of some shape is of. Where one follows from the other,
   * records of one task may differ in size, each with the operator {@link #at} its image. Unless
   * the operator says otherwise, all images are of {@link #imageShape}.
   *
   * @param measured shape of a measurement, row-major; whatever a record says
   * @param auxiliary names of the auxiliary inputs that the record carries
   * @return empty if no image measures that shape
   */
  default Optional<ImageShape> imageShapeOf(int[] measured, Set<String> auxiliary) {
    return Arrays.equals(measured, measurementShape(auxiliary))
        ? Optional.of(imageShape())
        : Optional.empty();
  }

  /**
   * The operator of records whose measurement is of some shape, where a record may hold more or
   * fewer views or samples than the specification says. Not bound to a record. Cheap: what differs
   * comes with {@link #bind}.
   *
   * @param measured a shape for which {@link #imageShapeOf} found an image
   * @throws IllegalArgumentException one line, if it is more than can be taken
   */
  default ForwardOperator sizedFor(int[] measured) {
    return this;
  }

  /** What {@link #imageShapeOf} takes, for a message: {@code [height, width, 1]}. */
  default String measuredForm(Set<String> auxiliary) {
    return Arrays.toString(measurementShape(auxiliary));
  }

  /**
   * The same physics for images of another shape, not bound to a record. Takes what making an
   * operator takes, {@link #bytesAt} at most.
   *
   * @throws IllegalArgumentException one line that says what this kind cannot do at that shape, and
   *     what it could
   */
  default ForwardOperator at(ImageShape shape) {
    return shape.equals(imageShape()) ? this : Operators.create(spec(), shape);
  }

  /**
   * About how many bytes of the heap the operator {@link #at} a shape takes; known before it is
   * made.
   */
  default long bytesAt(ImageShape shape) {
    return 4L * Float.BYTES * shape.pixels() * shape.channels();
  }

  /**
   * What -1 and 1 of images mean, where the operator's measurements are in physical units already;
   * of the operator of one record.
   */
  default Optional<IntensityScale> intensities() {
    return Optional.empty();
  }

  /** Standard deviation of the Gaussian measurement noise, in units of the measurement. */
  double noiseSigma();

  /** Name and shape of each auxiliary input that a record must carry; empty if there is none. */
  default Map<String, int[]> auxiliaryShapes() {
    return Map.of();
  }

  /**
   * Name and shape of each auxiliary input that a record may carry or leave out; empty if there is
   * none. A record may leave out the first axes of such an input too: it is then the same along
   * them.
   */
  default Map<String, int[]> optionalShapes() {
    return Map.of();
  }

  /**
   * Shape of the measurement of a record that carries these auxiliary inputs: {@link
   * #measurementShape()} unless an optional one among them changes it.
   *
   * @param auxiliary their names; ones that are not known do not count
   */
  default int[] measurementShape(Set<String> auxiliary) {
    return measurementShape();
  }

  /**
   * The operator of one record.
   *
   * @param auxiliary a value for each name of {@link #auxiliaryShapes()}, and for those of {@link
   *     #optionalShapes()} that the record carries, in full
   * @throws IllegalArgumentException one line that says what does not fit, and what would be right
   */
  default ForwardOperator bind(Map<String, float[]> auxiliary) {
    if (!auxiliary.isEmpty()) {
      throw new IllegalArgumentException(
          kind() + " takes no auxiliary inputs, got " + String.join(", ", auxiliary.keySet()));
    }
    return this;
  }

  /** Draws auxiliary inputs for a simulated record (a fresh mask); empty if there is none. */
  default Map<String, float[]> drawAuxiliary(RandomGenerator random) {
    return Map.of();
  }

  /**
   * Bounds of what images in [-1, 1] measure, noise apart; of the operator of one record. Unbounded
   * unless the operator says otherwise.
   */
  default MeasurementRange measurementRange() {
    return MeasurementRange.UNBOUNDED;
  }

  /**
   * Refuses a measurement in another unit: one whose values leave {@link #measurementRange} by more
   * than {@link MeasurementRange#withRoom}. What the instrument did not measure does not count.
   *
   * @throws IllegalArgumentException one line with what the measurement holds, and the range
   */
  default void requireInRange(float[] measurement) {
    measurementRange().require(kind(), noiseSigma(), measurement);
  }

  /** {@code A(x)}, without noise. */
  float[] measure(float[] image);

  /**
   * A measurement with 0 where the instrument measured nothing: a record may hold anything there,
   * NaN too. The measurement itself where everything was measured.
   */
  default float[] measured(float[] measurement) {
    return measurement;
  }

  /**
   * What an image leaves unexplained of a measurement: {@code y - A(x)}, 0 where the instrument
   * measured nothing, whatever the record holds there.
   */
  default float[] unexplained(float[] image, float[] measurement) {
    var rest = measure(image);
    for (int i = 0; i < rest.length; i++) {
      rest[i] = measurement[i] - rest[i];
    }
    return rest;
  }

  /**
   * A simulated measurement: {@code A(x)} and fresh Gaussian noise of {@link #noiseSigma()} on each
   * value that the instrument measures.
   */
  default float[] simulate(float[] image, RandomGenerator random) {
    var measurement = measure(image);
    for (int i = 0; i < measurement.length; i++) {
      measurement[i] += (float) (noiseSigma() * random.nextGaussian());
    }
    return measurement;
  }

  /**
   * How far an image is from explaining a measurement: the root mean square of {@code y - A(x)}
   * over the measured values, in units of {@link #noiseSigma()}, or of each value's own deviation
   * where they differ. The truth has about 1.
   */
  default double residual(float[] image, float[] measurement) {
    var explained = measure(image);
    var weights = weights(measurement);
    double sum = 0;
    for (int i = 0; i < explained.length; i++) {
      double difference = (double) measurement[i] - explained[i];
      sum += (weights == null ? 1 : weights[i]) * difference * difference;
    }
    return Math.sqrt(sum / explained.length) / noiseSigma();
  }

  /**
   * For each value {@link #noiseSigma} squared over the variance of that value, as far as the
   * record tells; null where all values are alike.
   */
  default float[] weights(float[] measurement) {
    return null;
  }

  /** {@code A^T y}, exact to the dot-product test; for non-linear operators at the origin. */
  float[] adjoint(float[] measurement);

  /** Whether A is linear (or affine), so that {@link #adjoint} is its adjoint everywhere. */
  default boolean linear() {
    return true;
  }

  /**
   * The vector-Jacobian product {@code (dA/dx)^T v} at an image: what the exact gradient of a
   * misfit needs. For linear operators the adjoint, wherever the image is.
   *
   * @param image where the Jacobian is taken
   * @param cotangent v, the shape of a measurement
   */
  default float[] vectorJacobian(float[] image, float[] cotangent) {
    return adjoint(cotangent);
  }

  /** The singular value decomposition, where the operator has one that is cheap to apply. */
  default Optional<SpectralForm> spectralForm() {
    return Optional.empty();
  }

  /** Number of channels of {@link #stepFeatures}. */
  default int stepFeatureChannels() {
    return 0;
  }

  /**
   * Further image-shaped features of an adapter that change with the estimate x0Hat, channels last,
   * besides the likelihood gradient: for phase retrieval, the estimate with the measured moduli.
   *
   * @param x0Hat the clipped estimate of the clean image
   */
  default float[] stepFeatures(float[] x0Hat, float[] measurement) {
    return new float[0];
  }

  /** The pseudo-inverse {@code A^+ y} or the stated surrogate (CT: filtered back-projection). */
  float[] pseudoInverse(float[] measurement);

  /**
   * The preconditioned gradient of the log-likelihood at {@code x0Hat}: always the ascent
   * direction, scaled to image units (CT: filtered back-projection of {@code y - A x0Hat}; mask:
   * {@code M (y - x0Hat)}). The residual input g of DEFT, eq. 12.
   */
  float[] likelihoodGradient(float[] x0Hat, float[] measurement);

  /**
   * The proximal point {@code argmin_x |y - A x|^2 + rho |x - x0|^2}, used by DiffPIR. Where values
   * have noise of their own (counted photons), {@code |.|^2} weighs each by {@link #noiseSigma}
   * squared over its variance, as {@link #residual} does. Non-linear operators answer a local
   * minimum near x0.
   *
   * @param rho positive weight
   */
  float[] proximal(float[] x0, float[] measurement, double rho);

  /**
   * The proximal points of several rows, to the bit what {@link #proximal(float[], float[],
   * double)} answers to each; for operators to which several cost less than one after the other.
   *
   * @param x0 an image for each row
   * @param measurements y of each row
   * @param rho a positive weight for each row
   */
  default float[][] proximal(float[][] x0, float[][] measurements, double[] rho) {
    var points = new float[x0.length][];
    for (int i = 0; i < points.length; i++) {
      points[i] = proximal(x0[i], measurements[i], rho[i]);
    }
    return points;
  }

  /**
   * How {@link #proximal} is found by operations on whole arrays, where it can be, for engines that
   * run such. Third parties need not know any: the host's answer is always there.
   */
  default Optional<ProximalForm> proximalForm() {
    return Optional.empty();
  }

  /**
   * Number of channels of {@link #conditioning}: what an adapter sees of the measurement besides
   * the likelihood gradient.
   */
  int conditioningChannels();

  /** Image-shaped features of the measurement that do not change with t, channels last. */
  float[] conditioning(float[] measurement);
}
