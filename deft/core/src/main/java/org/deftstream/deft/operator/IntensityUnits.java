package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.IntensityScale;

/**
 * A linear instrument whose records are in physical units: images in [-1, 1] stand for intensities
 * {@code u = most (x + 1) / 2}, and {@code y = A u = most / 2 (A x + A 1)}. What {@code most} is
 * stands in the specification, or in the record's optional auxiliary input of the same name.
 * Immutable and thread-safe.
 */
public final class IntensityUnits implements ForwardOperator {
  /** Auxiliary input of instruments whose records state their noise: in units of the record. */
  private static final String SIGMA = "sigma";

  private final String field;
  private final double specified;
  private final double most;
  private final DoubleFunction<ForwardOperator> instruments;
  private final ForwardOperator linear;

  /** {@code A 1}; null before {@link #bind} where the instrument needs it. */
  private final float[] ones;

  /**
   * Makes an operator.
   *
   * @param field what the specification and the records call {@code most}
   * @param most the intensity where x is 1, above 0
   * @param instruments the linear operator, given how many units of the record one of its own is:
   *     its noise is in its own, its specification states that of the record
   */
  public IntensityUnits(String field, double most, DoubleFunction<ForwardOperator> instruments) {
    this(field, most, most, instruments, instruments.apply(most / 2));
  }

  private IntensityUnits(
      String field,
      double specified,
      double most,
      DoubleFunction<ForwardOperator> instruments,
      ForwardOperator linear) {
    this(
        field,
        specified,
        most,
        instruments,
        linear,
        linear.auxiliaryShapes().isEmpty() ? measuredWhite(linear) : null);
  }

  private IntensityUnits(
      String field,
      double specified,
      double most,
      DoubleFunction<ForwardOperator> instruments,
      ForwardOperator linear,
      float[] ones) {
    this.field = field;
    this.specified = specified;
    this.most = most;
    this.instruments = instruments;
    this.linear = linear;
    this.ones = ones;
  }

  private static float[] measuredWhite(ForwardOperator linear) {
    var white = new float[linear.imageShape().size()];
    Arrays.fill(white, 1);
    return linear.measure(white);
  }

  private double gain() {
    return most / 2;
  }

  /** In units of the linear operator. */
  private float[] linear(float[] measurement) {
    requireBound();
    if (measurement.length != ones.length) {
      throw new IllegalArgumentException(
          "%s: expected a measurement of %d values, got %d"
              .formatted(kind(), ones.length, measurement.length));
    }
    var out = new float[measurement.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (measurement[i] / gain() - ones[i]);
    }
    return out;
  }

  /** In units of the record, in place. */
  private float[] recorded(float[] measured) {
    requireBound();
    for (int i = 0; i < measured.length; i++) {
      measured[i] = (float) (gain() * (measured[i] + ones[i]));
    }
    return measured;
  }

  private void requireBound() {
    if (ones == null) {
      throw new IllegalStateException(kind() + " is not bound to a record yet: call bind");
    }
  }

  @Override
  public String kind() {
    return linear.kind();
  }

  @Override
  public JsonNode spec() {
    return linear.spec().<ObjectNode>deepCopy().put(field, specified);
  }

  @Override
  public ImageShape imageShape() {
    return linear.imageShape();
  }

  @Override
  public int[] measurementShape() {
    return linear.measurementShape();
  }

  @Override
  public int[] measurementShape(Set<String> auxiliary) {
    return linear.measurementShape(auxiliary);
  }

  @Override
  public Optional<ImageShape> imageShapeOf(int[] measured, Set<String> auxiliary) {
    return linear.imageShapeOf(measured, auxiliary);
  }

  @Override
  public String measuredForm(Set<String> auxiliary) {
    return linear.measuredForm(auxiliary);
  }

  @Override
  public ForwardOperator sizedFor(int[] measured) {
    var sized = linear.sizedFor(measured);
    return sized == linear
        ? this
        : new IntensityUnits(
            field,
            specified,
            most,
            gain -> instruments.apply(gain).sizedFor(measured),
            sized,
            null);
  }

  @Override
  public long bytesAt(ImageShape shape) {
    return linear.bytesAt(shape);
  }

  @Override
  public Map<String, int[]> auxiliaryShapes() {
    return linear.auxiliaryShapes();
  }

  @Override
  public Map<String, int[]> optionalShapes() {
    var shapes = new HashMap<>(linear.optionalShapes());
    shapes.put(field, new int[] {1});
    return shapes;
  }

  @Override
  public ForwardOperator bind(Map<String, float[]> auxiliary) {
    if (auxiliary.isEmpty() && ones != null) {
      return this;
    }
    var rest = new HashMap<>(auxiliary);
    float[] own = rest.remove(field);
    double level = own == null ? specified : own[0];
    if (!(level >= 1e-30 && level <= 1e30)) {
      throw new IllegalArgumentException(field + " must be a number above 0, got " + level);
    }
    rest.computeIfPresent(SIGMA, (name, sigmas) -> divided(sigmas, level / 2));
    var bound = (own == null ? linear : instruments.apply(level / 2)).bind(rest);
    return new IntensityUnits(field, specified, level, instruments, bound, measuredWhite(bound));
  }

  private static float[] divided(float[] values, double unit) {
    var out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (values[i] / unit);
    }
    return out;
  }

  @Override
  public Map<String, float[]> drawAuxiliary(RandomGenerator random) {
    return linear.drawAuxiliary(random);
  }

  @Override
  public Optional<IntensityScale> intensities() {
    return Optional.of(IntensityScale.window(0, most, ""));
  }

  @Override
  public double noiseSigma() {
    return gain() * linear.noiseSigma();
  }

  @Override
  public float[] weights(float[] measurement) {
    return linear.weights(linear(measurement));
  }

  /** That of the linear operator about the middle of what images can measure. */
  @Override
  public MeasurementRange measurementRange() {
    requireBound();
    float longest = 0;
    for (float one : ones) {
      longest = Math.max(longest, one);
    }
    var range = linear.measurementRange();
    return new MeasurementRange(
        gain() * (range.least() + longest), gain() * (range.most() + longest));
  }

  @Override
  public float[] measure(float[] image) {
    return recorded(linear.measure(image));
  }

  @Override
  public float[] simulate(float[] image, RandomGenerator random) {
    return recorded(linear.simulate(image, random));
  }

  @Override
  public float[] adjoint(float[] measurement) {
    var image = linear.adjoint(measurement);
    for (int i = 0; i < image.length; i++) {
      image[i] *= (float) gain();
    }
    return image;
  }

  @Override
  public float[] pseudoInverse(float[] measurement) {
    return linear.pseudoInverse(linear(measurement));
  }

  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return linear.likelihoodGradient(x0Hat, linear(measurement));
  }

  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    return linear.proximal(x0, linear(measurement), rho / (gain() * gain()));
  }

  @Override
  public int conditioningChannels() {
    return linear.conditioningChannels();
  }

  @Override
  public float[] conditioning(float[] measurement) {
    return linear.conditioning(linear(measurement));
  }
}
