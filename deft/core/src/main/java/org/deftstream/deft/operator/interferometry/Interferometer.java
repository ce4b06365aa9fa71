package org.deftstream.deft.operator.interferometry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.GaussNewton;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.FixedOperator;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.RecordedNoise;

/**
 * Radio interferometry, kind {@code interferometry}: amplitudes, closure phases, log closure
 * amplitudes and calibrated visibilities of a sky whose brightness is 0 where x is -1, and {@code
 * brightness} Jansky over the whole square of the field where x is 1 everywhere. Not linear. A
 * record brings the auxiliary inputs {@code type}, what each of its values is ({@link Datum}),
 * {@code uv}, values x 4 x 2, the baselines of each in wavelengths, and {@code sigma}, each value's
 * standard deviation. Phases are in radians, and differ by less than half a turn.
 *
 * <p>The pseudo-inverse is a stated surrogate: the {@link #proximal} point of a round blob, a sixth
 * of the field wide, with a weight as if pixels had the standard deviation 1. Immutable and
 * thread-safe.
 */
final class Interferometer extends FixedOperator {
  static final String KIND = "interferometry";
  static final String UV = "uv";
  static final String TYPE = "type";
  static final String SIGMA = "sigma";

  /** Visibilities are not taken to fall below this part of the brightness. */
  private static final double LEAST = 1e-6;

  private final SkyField field;
  private final int sign;
  private final int specified;
  private final int count;

  /** What the record holds, or null before {@link #bind}. */
  private final Scan scan;

  private final RecordedNoise recorded;

  /**
   * An operator without a record.
   *
   * @param sign of the transform's exponent, -1 or 1
   * @param samples values of a record that is simulated
   */
  Interferometer(SkyField field, GaussianNoise noise, int sign, int samples) {
    this(field, noise, sign, samples, samples, null, null);
  }

  private Interferometer(
      SkyField field,
      GaussianNoise noise,
      int sign,
      int specified,
      int count,
      Scan scan,
      RecordedNoise recorded) {
    super(KIND, field.shape(), noise);
    this.field = field;
    this.sign = sign;
    this.specified = specified;
    this.count = count;
    this.scan = scan;
    this.recorded = recorded;
  }

  @Override
  protected void describe(ObjectNode spec) {
    spec.put("fieldOfView", field.fieldOfView());
    spec.put("brightness", field.brightness()).put("samples", specified);
    if (sign > 0) {
      spec.put("sign", sign);
    }
  }

  @Override
  public int[] measurementShape() {
    return new int[] {count};
  }

  @Override
  public Optional<ImageShape> imageShapeOf(int[] measured, Set<String> auxiliary) {
    return measured.length == 1 && measured[0] > 0 ? Optional.of(imageShape()) : Optional.empty();
  }

  @Override
  public String measuredForm(Set<String> auxiliary) {
    return "[values]";
  }

  @Override
  public ForwardOperator sizedFor(int[] measured) {
    if (measured[0] == count) {
      return this;
    }
    requireAllowed("measurement", imageShape(), measured[0]);
    return new Interferometer(field, noise(), sign, specified, measured[0], null, null);
  }

  /** Refuses more values than can be transformed. */
  static void requireAllowed(String where, ImageShape shape, int samples) {
    OperatorBounds.requireSpokes(where, shape, samples, Scan.PLACES, 1);
  }

  @Override
  public long bytesAt(ImageShape shape) {
    long places = (long) Scan.PLACES * count;
    return 2 * Float.BYTES * places * (shape.height() + shape.width())
        + PlaneProducts.bytes(places);
  }

  @Override
  public Map<String, int[]> auxiliaryShapes() {
    return Map.of(
        UV, new int[] {count, Scan.PLACES, 2}, TYPE, new int[] {count}, SIGMA, new int[] {count});
  }

  @Override
  public ForwardOperator bind(Map<String, float[]> auxiliary) {
    AuxiliaryInputs.requireKnown(this, auxiliary.keySet());
    var recorded =
        new RecordedNoise(AuxiliaryInputs.required(this, auxiliary, SIGMA, count), noise());
    var read =
        new Scan(
            AuxiliaryInputs.required(this, auxiliary, UV, count * Scan.PLACES * 2),
            sign,
            AuxiliaryInputs.required(this, auxiliary, TYPE, count),
            imageShape(),
            field.pixel(),
            LEAST * field.brightness(),
            recorded.weights(null));
    return new Interferometer(
        field, noise().recorded(recorded.sigma()), sign, specified, count, read, recorded);
  }

  /** Those of {@link SimulatedArray}. */
  @Override
  public Map<String, float[]> drawAuxiliary(RandomGenerator random) {
    return SimulatedArray.draw(count, 1 / (32 * field.pixel()), noise().stated(), random);
  }

  @Override
  public boolean linear() {
    return false;
  }

  /** As far as the brightness, half a turn, or the logarithms of four visibilities reach. */
  @Override
  public MeasurementRange measurementRange() {
    return MeasurementRange.symmetric(Math.max(field.brightness(), -2 * Math.log(LEAST)));
  }

  @Override
  public float[] weights(float[] measurement) {
    return scan == null ? null : scan.weights();
  }

  Scan scan() {
    if (scan == null) {
      throw new IllegalStateException(KIND + " has no baselines yet: call bind with the record's");
    }
    return scan;
  }

  /** Of an image's sky. */
  private float[] visibilities(float[] image) {
    var bound = scan();
    requireImage(image);
    return bound.transformed(field.sky(image));
  }

  @Override
  public float[] measure(float[] image) {
    return scan().values(visibilities(image));
  }

  @Override
  public float[] simulate(float[] image, RandomGenerator random) {
    var values = measure(image);
    recorded.disturb(values, random);
    return values;
  }

  /** Phases by the shorter way round. */
  @Override
  public float[] unexplained(float[] image, float[] measurement) {
    requireMeasurement(measurement);
    return scan().unexplained(visibilities(image), measurement);
  }

  @Override
  public double residual(float[] image, float[] measurement) {
    var unexplained = unexplained(image, measurement);
    return Math.sqrt(scan.squares(unexplained) / count) / noiseSigma();
  }

  /** {@code J^T y} at the origin x = 0, a uniform grey. */
  @Override
  public float[] adjoint(float[] measurement) {
    return vectorJacobian(new float[imageShape().size()], measurement);
  }

  @Override
  public float[] vectorJacobian(float[] image, float[] cotangent) {
    requireMeasurement(cotangent);
    return atImage(scan().tangent(visibilities(image)).transposed(cotangent));
  }

  @Override
  public float[] pseudoInverse(float[] measurement) {
    requireMeasurement(measurement);
    return proximal(blob(measurement), measurement, noiseSigma() * noiseSigma());
  }

  /** With the flux of the brightest value, where one tells of it; else half of the brightness. */
  private float[] blob(float[] measurement) {
    double flux = 0;
    for (int i = 0; i < count; i++) {
      flux = scan().isFlux(i) ? Math.max(flux, measurement[i]) : flux;
    }
    return field.blob(flux > 0 ? flux : field.brightness() / 2);
  }

  /** {@code J^T W (y - A(x0Hat))}, as long as brings the linearised misfit down most. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    requireMeasurement(measurement);
    var v = visibilities(x0Hat);
    var tangent = scan.tangent(v);
    var uphill = atImage(tangent.transposed(scan.weighted(scan.unexplained(v, measurement))));
    double square = 0;
    for (float value : uphill) {
      square += (double) value * value;
    }
    double curvature = scan.squares(tangent.times(scan.transformed(field.change(uphill))));
    float length = curvature > 0 ? (float) (square / curvature) : 0;
    for (int i = 0; i < uphill.length; i++) {
      uphill[i] *= length;
    }
    return uphill;
  }

  /** The transpose of what visibilities change by with the image. */
  private float[] atImage(float[] onVisibilities) {
    return field.change(scan.adjoint(onVisibilities));
  }

  /**
   * A nearby local minimum, by {@link GaussNewton} from x0. It is x0 and a combination of the
   * visibilities' waves, and sought among those ({@link WaveSearch}): two transforms of an image in
   * all.
   */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    requireMeasurement(measurement);
    var search = new WaveSearch(scan(), field.unit(), visibilities(x0), measurement, rho);
    var point = atImage(GaussNewton.minimise(search, 2 * scan.visibilities()));
    for (int i = 0; i < point.length; i++) {
      point[i] += x0[i];
    }
    return point;
  }
}
