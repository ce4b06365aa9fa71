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

  private static final double MICROARCSECOND = Math.PI / 180 / 3600 * 1e-6;

  private final double fieldOfView;
  private final double brightness;
  private final int sign;
  private final int specified;
  private final int count;

  /** What the record holds, or null before {@link #bind}. */
  private final Scan scan;

  private final RecordedNoise recorded;
  private final float[] weights;

  Interferometer(
      ImageShape shape,
      GaussianNoise noise,
      double fieldOfView,
      double brightness,
      int sign,
      int samples) {
    this(shape, noise, fieldOfView, brightness, sign, samples, samples, null, null);
  }

  private Interferometer(
      ImageShape shape,
      GaussianNoise noise,
      double fieldOfView,
      double brightness,
      int sign,
      int specified,
      int count,
      Scan scan,
      RecordedNoise recorded) {
    super(KIND, shape, noise);
    this.fieldOfView = fieldOfView;
    this.brightness = brightness;
    this.sign = sign;
    this.specified = specified;
    this.count = count;
    this.scan = scan;
    this.recorded = recorded;
    weights = recorded == null ? null : recorded.weights(null);
  }

  @Override
  protected void describe(ObjectNode spec) {
    spec.put("fieldOfView", fieldOfView).put("brightness", brightness).put("samples", specified);
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
    return new Interferometer(
        imageShape(), noise(), fieldOfView, brightness, sign, specified, measured[0], null, null);
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
    var recorded = new RecordedNoise(taken(auxiliary, SIGMA, count), noise());
    var read =
        new Scan(
            taken(auxiliary, UV, count * Scan.PLACES * 2),
            sign,
            taken(auxiliary, TYPE, count),
            imageShape(),
            pixel(),
            LEAST * brightness);
    return new Interferometer(
        imageShape(),
        noise().recorded(recorded.sigma()),
        fieldOfView,
        brightness,
        sign,
        specified,
        count,
        read,
        recorded);
  }

  private static float[] taken(Map<String, float[]> auxiliary, String name, int size) {
    var given = auxiliary.get(name);
    if (given == null || given.length != size) {
      throw new IllegalArgumentException(
          "%s needs the auxiliary input '%s' of %d values, got %s"
              .formatted(KIND, name, size, given == null ? "none" : given.length));
    }
    return given;
  }

  /** Width of a pixel in radians. */
  private double pixel() {
    return fieldOfView * MICROARCSECOND / side();
  }

  private int side() {
    return Math.max(imageShape().height(), imageShape().width());
  }

  /** Those of {@link SimulatedArray}. */
  @Override
  public Map<String, float[]> drawAuxiliary(RandomGenerator random) {
    return SimulatedArray.draw(count, 1 / (32 * pixel()), noise().stated(), random);
  }

  @Override
  public boolean linear() {
    return false;
  }

  /** As far as the brightness, half a turn, or the logarithms of four visibilities reach. */
  @Override
  public MeasurementRange measurementRange() {
    return MeasurementRange.symmetric(Math.max(brightness, -2 * Math.log(LEAST)));
  }

  @Override
  public float[] weights(float[] measurement) {
    return weights;
  }

  private Scan scan() {
    if (scan == null) {
      throw new IllegalStateException(KIND + " has no baselines yet: call bind with the record's");
    }
    return scan;
  }

  /** Jansky per pixel. */
  private float[] sky(float[] image) {
    requireImage(image);
    var sky = new float[image.length];
    for (int i = 0; i < sky.length; i++) {
      sky[i] = (float) (unit() * (image[i] + 1));
    }
    return sky;
  }

  private double unit() {
    return brightness / 2 / side() / side();
  }

  private float[] scaled(float[] values) {
    var out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (unit() * values[i]);
    }
    return out;
  }

  @Override
  public float[] measure(float[] image) {
    return scan().values(scan.transformed(sky(image)));
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
    return unexplainedAt(scan().transformed(sky(image)), measurement);
  }

  private float[] unexplainedAt(float[] v, float[] measurement) {
    var rest = scan.values(v);
    for (int i = 0; i < rest.length; i++) {
      double difference = measurement[i] - rest[i];
      rest[i] = (float) (scan.isPhase(i) ? Datum.wrapped(difference) : difference);
    }
    return rest;
  }

  @Override
  public double residual(float[] image, float[] measurement) {
    return Math.sqrt(squares(unexplained(image, measurement)) / count) / noiseSigma();
  }

  private double squares(float[] values) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += weights[i] * (double) values[i] * values[i];
    }
    return sum;
  }

  /** {@code J^T y} at the origin x = 0, a uniform grey. */
  @Override
  public float[] adjoint(float[] measurement) {
    return vectorJacobian(new float[imageShape().size()], measurement);
  }

  @Override
  public float[] vectorJacobian(float[] image, float[] cotangent) {
    requireMeasurement(cotangent);
    return scaled(
        scan.adjoint(pulledBack(scan().tangent(scan.transformed(sky(image))), cotangent)));
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
    flux = flux > 0 ? flux : brightness / 2;
    var image = new float[imageShape().size()];
    int width = imageShape().width();
    double sum = 0;
    for (int i = 0; i < image.length; i++) {
      double y = (i / width + 0.5 - imageShape().height() / 2.0) / side();
      double x = (i % width + 0.5 - width / 2.0) / side();
      image[i] = (float) Math.exp(-(x * x + y * y) / 0.01);
      sum += image[i];
    }
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) (image[i] * flux / (sum * unit()) - 1);
    }
    return image;
  }

  /** {@code J^T W (y - A(x0Hat))}, as long as brings the linearised misfit down most. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    requireMeasurement(measurement);
    var v = scan().transformed(sky(x0Hat));
    var tangent = scan.tangent(v);
    var uphill = scaled(scan.adjoint(pulledBack(tangent, weighted(unexplainedAt(v, measurement)))));
    double square = 0;
    for (float value : uphill) {
      square += (double) value * value;
    }
    double curvature = squares(tangent.times(scan.transformed(scaled(uphill))));
    float length = curvature > 0 ? (float) (square / curvature) : 0;
    for (int i = 0; i < uphill.length; i++) {
      uphill[i] *= length;
    }
    return uphill;
  }

  private float[] weighted(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= weights[i];
    }
    return values;
  }

  private float[] pulledBack(Tangent tangent, float[] cotangent) {
    return tangent.transposed(cotangent, scan.visibilities());
  }

  /**
   * A nearby local minimum, by {@link GaussNewton} from x0. It is x0 and a combination of the
   * visibilities' waves, and sought among those ({@link PlaneProducts}): two transforms of an image
   * in all.
   */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    requireMeasurement(measurement);
    var search = new Search(scan().transformed(sky(x0)), measurement, rho);
    var point = scaled(scan.adjoint(GaussNewton.minimise(search, 2 * scan.visibilities())));
    for (int i = 0; i < point.length; i++) {
      point[i] += x0[i];
    }
    return point;
  }

  /** For the weights a of {@code x = x0 + unit F^T a}. */
  private final class Search implements GaussNewton.Problem {
    private final float[] begin;
    private final float[] measurement;
    private final double rho;

    /**
     * A search.
     *
     * @param begin visibilities of x0
     */
    Search(float[] begin, float[] measurement, double rho) {
      this.begin = begin;
      this.measurement = measurement;
      this.rho = rho;
    }

    @Override
    public float[] inner(float[] a) {
      return scan.products(a);
    }

    /** Visibilities, given the products of a. */
    private float[] at(float[] products) {
      var v = begin.clone();
      for (int i = 0; i < v.length; i++) {
        v[i] += (float) (unit() * unit()) * products[i];
      }
      return v;
    }

    @Override
    public double cost(float[] a, float[] products) {
      double sum = squares(unexplainedAt(at(products), measurement));
      for (int i = 0; i < a.length; i++) {
        sum += rho * unit() * unit() * a[i] * products[i];
      }
      return sum;
    }

    @Override
    public GaussNewton.Equations equations(float[] a, float[] products) {
      var v = at(products);
      var tangent = scan.tangent(v);
      var downhill = pulledBack(tangent, weighted(unexplainedAt(v, measurement)));
      for (int i = 0; i < a.length; i++) {
        downhill[i] -= (float) rho * a[i];
      }
      return new GaussNewton.Equations(
          downhill,
          (direction, itsProducts) -> {
            var image = pulledBack(tangent, weighted(tangent.times(itsProducts)));
            for (int i = 0; i < image.length; i++) {
              image[i] = (float) (unit() * unit() * image[i] + rho * direction[i]);
            }
            return image;
          });
    }
  }
}
