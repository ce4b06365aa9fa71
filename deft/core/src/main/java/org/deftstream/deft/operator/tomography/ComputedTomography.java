package org.deftstream.deft.operator.tomography;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.SparseMatrix;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.RayNoise;
import org.deftstream.deft.operator.RecordedNoise;

/**
 * Computed tomography, kinds {@code ct-parallel} and {@code ct-fan}: y holds line integrals of the
 * image over {@code views x bins} rays (and channels, where there are several), in units of image
 * value times length.
 *
 * <p>A record may bring the optional auxiliary inputs {@code angles}, its views' angles in degrees,
 * of which there may then be any number, and {@code sigma}, the standard deviation of each ray, or
 * of each bin in all views. Where a specification says {@code "angles": "record"}, every record
 * must bring them; simulated ones begin anywhere.
 *
 * <p>Line integrals are those of Joseph's method, and the adjoint is exact. Where the system matrix
 * of parallel rays is small it is computed once and kept ({@link StoredProjector}); else rays are
 * followed as it goes ({@link RayProjector}). The pseudo-inverse is the surrogate that everybody
 * uses, filtered back-projection (FBP). FBP of few views is only fair to an object that is 0
 * outside, but images have a background of about -1: therefore {@code pseudoInverse(y) = FBP(y + A
 * 1) - 1}, which is the FBP of the attenuation x + 1.
 *
 * <p>Noise is Gaussian, alike for all rays, or that of counted photons ({@code poisson}), where the
 * thicker a ray's path, the larger its noise, or the record's. Then {@link #residual} and {@link
 * #proximal} weigh each ray by its variance.
 *
 * <p>Immutable and thread-safe.
 */
final class ComputedTomography implements ForwardOperator {
  static final String PARALLEL = "ct-parallel";
  static final String FAN = "ct-fan";

  /** Name of the optional auxiliary input. */
  static final String ANGLES = "angles";

  /** Name of the optional auxiliary input. */
  static final String SIGMA = "sigma";

  private final ObjectNode description;
  private final RampFilter.Window window;
  private final Function<Projector, RayNoise> noiseOf;
  private final boolean recordAngles;
  private final int recordViews;
  private final ScanModel scan;

  /**
   * Makes an operator.
   *
   * @param description the specification with its defaults, but for the noise
   * @param noise given the rays, the noise of each
   */
  ComputedTomography(
      ObjectNode description,
      ScanGeometry geometry,
      RampFilter.Window window,
      Function<Projector, RayNoise> noise) {
    this(description, geometry, window, noise, ScanModel.projector(geometry));
  }

  private ComputedTomography(
      ObjectNode description,
      ScanGeometry geometry,
      RampFilter.Window window,
      Function<Projector, RayNoise> noise,
      Projector projector) {
    this.description = description;
    this.window = window;
    noiseOf = noise;
    recordAngles = description.has(ANGLES);
    recordViews = geometry.views();
    scan = new ScanModel(geometry, window, noise.apply(projector), projector);
  }

  /** For records of so many views, which bring their angles. */
  private ComputedTomography(ComputedTomography other, int recordViews) {
    this.recordViews = recordViews;
    recordAngles = other.recordAngles;
    description = other.description;
    window = other.window;
    noiseOf = other.noiseOf;
    scan = other.scan;
  }

  @Override
  public String kind() {
    return description.get("kind").textValue();
  }

  @Override
  public JsonNode spec() {
    return description.deepCopy().set("noise", scan.noise().json());
  }

  @Override
  public ImageShape imageShape() {
    return geometry().shape();
  }

  private ScanGeometry geometry() {
    return scan.geometry();
  }

  /** {@code views x bins}, and {@code x channels} where images have several. */
  @Override
  public int[] measurementShape() {
    return channels() == 1
        ? new int[] {recordViews, geometry().bins()}
        : new int[] {recordViews, geometry().bins(), channels()};
  }

  @Override
  public Optional<ImageShape> imageShapeOf(int[] measured, Set<String> auxiliary) {
    boolean anyViews = anyViews(auxiliary) && measured.length > 0 && measured[0] > 0;
    int[] expected = measurementShape();
    if (anyViews) {
      expected[0] = measured[0];
    }
    return Arrays.equals(measured, expected) ? Optional.of(imageShape()) : Optional.empty();
  }

  @Override
  public String measuredForm(Set<String> auxiliary) {
    String form = Arrays.toString(measurementShape());
    return anyViews(auxiliary) ? form.replaceFirst("\\[" + recordViews, "[views") : form;
  }

  private boolean anyViews(Set<String> auxiliary) {
    return recordAngles || auxiliary.contains(ANGLES);
  }

  @Override
  public ForwardOperator sizedFor(int[] measured) {
    if (measured[0] == recordViews) {
      return this;
    }
    OperatorBounds.requireScan("measurement", imageShape(), measured[0], geometry().bins());
    return new ComputedTomography(this, measured[0]);
  }

  @Override
  public long bytesAt(ImageShape shape) {
    return OperatorBounds.scanBytes(shape, recordViews, geometry().bins());
  }

  @Override
  public Map<String, int[]> auxiliaryShapes() {
    return recordAngles ? Map.of(ANGLES, new int[] {recordViews}) : Map.of();
  }

  @Override
  public Map<String, int[]> optionalShapes() {
    int[] rays = {recordViews, geometry().bins()};
    return recordAngles
        ? Map.of(SIGMA, rays)
        : Map.of(ANGLES, new int[] {recordViews}, SIGMA, rays);
  }

  /** Views at the specification's distances, the first of them anywhere. */
  @Override
  public Map<String, float[]> drawAuxiliary(RandomGenerator random) {
    if (!recordAngles) {
      return Map.of();
    }
    double first = random.nextDouble(360);
    double step = description.get("angleRangeDegrees").doubleValue() / geometry().views();
    var angles = new float[recordViews];
    for (int view = 0; view < angles.length; view++) {
      angles[view] = (float) (first + view * step);
    }
    return Map.of(ANGLES, angles);
  }

  @Override
  public ForwardOperator bind(Map<String, float[]> auxiliary) {
    AuxiliaryInputs.requireKnown(this, auxiliary.keySet());
    boolean angles = anyViews(auxiliary.keySet());
    if (!angles && recordViews != geometry().views()) {
      throw new IllegalArgumentException(
          "%s has %d views; a record of %d needs the auxiliary input '%s'"
              .formatted(kind(), geometry().views(), recordViews, ANGLES));
    }
    if (auxiliary.isEmpty() && !angles) {
      return this;
    }
    var scanned =
        angles
            ? geometry().withAngles(AuxiliaryInputs.required(this, auxiliary, ANGLES, recordViews))
            : geometry();
    return new ComputedTomography(
        description,
        scanned,
        window,
        auxiliary.containsKey(SIGMA)
            ? rays ->
                recorded(
                    AuxiliaryInputs.required(this, auxiliary, SIGMA, rays.rays()),
                    noiseOf.apply(rays))
            : noiseOf,
        // Many records are in work at once: none keeps a matrix of its own.
        angles ? new RayProjector(scanned) : scan.projector());
  }

  private RayNoise recorded(float[] ofRays, RayNoise specified) {
    var sigmas = new float[ofRays.length * channels()];
    for (int i = 0; i < sigmas.length; i++) {
      sigmas[i] = ofRays[i / channels()];
    }
    return new RecordedNoise(sigmas, specified);
  }

  @Override
  public double noiseSigma() {
    return scan.noise().sigma();
  }

  /** The longest path through an image of -1 or 1; counted photons can say a little more. */
  @Override
  public MeasurementRange measurementRange() {
    return scan.range();
  }

  @Override
  public float[] simulate(float[] image, RandomGenerator random) {
    var measurement = measure(image);
    scan.noise().disturb(measurement, random);
    return measurement;
  }

  @Override
  public float[] weights(float[] measurement) {
    return scan.noise().weights(measurement);
  }

  @Override
  public float[] measure(float[] image) {
    return scan.measure(image);
  }

  @Override
  public float[] adjoint(float[] measurement) {
    return scan.projector().adjoint(measurement, channels());
  }

  /** FBP of the attenuation: {@code FBP(y + A 1) - 1}. Affine in y. */
  @Override
  public float[] pseudoInverse(float[] measurement) {
    return scan.pseudoInverse(measurement);
  }

  /** {@code FBP(y - A x0Hat)}: the linear FBP, in image units. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return scan.filtered(unexplained(x0Hat, measurement));
  }

  /** By {@link ScanProximal} from x0. */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireWeight(rho);
    return ScanModel.sum(
        scan.solver().change(unexplained(x0, measurement), scan.noise().weights(measurement), rho),
        x0);
  }

  /** As for one; each entry of a stored matrix is read once for several rows. */
  @Override
  public float[][] proximal(float[][] x0, float[][] measurements, double[] rho) {
    var points = new float[x0.length][];
    for (int from = 0; from < x0.length; from += SparseMatrix.LANES) {
      int to = Math.min(x0.length, from + SparseMatrix.LANES);
      if (scan.solver().together(to - from)) {
        proximalTogether(x0, measurements, rho, from, to, points);
      } else {
        for (int i = from; i < to; i++) {
          points[i] = proximal(x0[i], measurements[i], rho[i]);
        }
      }
    }
    return points;
  }

  private void proximalTogether(
      float[][] x0, float[][] measurements, double[] rho, int from, int to, float[][] points) {
    var misfits = new float[to - from][];
    var weights = new float[to - from][];
    for (int i = from; i < to; i++) {
      requireWeight(rho[i]);
      weights[i - from] = scan.noise().weights(measurements[i]);
      misfits[i - from] = unexplained(x0[i], measurements[i]);
    }
    var changes = scan.solver().changes(misfits, weights, Arrays.copyOfRange(rho, from, to));
    for (int i = from; i < to; i++) {
      points[i] = ScanModel.sum(changes[i - from], x0[i]);
    }
  }

  /** Where the matrix is kept. */
  @Override
  public Optional<ProximalForm> proximalForm() {
    return scan.projector() instanceof StoredProjector stored
        ? Optional.of(stored.proximalForm())
        : Optional.empty();
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

  private int channels() {
    return geometry().shape().channels();
  }

  @Override
  public float[] unexplained(float[] image, float[] measurement) {
    if (measurement.length != scan.projector().rays() * channels()) {
      throw new IllegalArgumentException(
          kind()
              + ": expected a measurement of "
              + scan.projector().rays() * channels()
              + " values, got "
              + measurement.length);
    }
    return ForwardOperator.super.unexplained(image, measurement);
  }

  private static void requireWeight(double rho) {
    if (!(rho > 0)) {
      throw new IllegalArgumentException("rho must be above 0, got " + rho);
    }
  }
}
