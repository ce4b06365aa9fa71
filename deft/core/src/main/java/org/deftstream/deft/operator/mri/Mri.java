package org.deftstream.deft.operator.mri;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.GradientSolved;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.ProximalForm;

/**
 * Magnetic resonance imaging, kinds {@code mri-cartesian} and {@code mri-radial}: every coil c sees
 * {@code F(S_c x)} at the samples of a {@link KSpace}, with noise of {@link #noiseSigma} on real
 * and imaginary parts each. Images are real, of one channel, or complex, of two: the real and the
 * imaginary part. S_c are the coils' complex sensitivities, {@code sum |S_c|^2 = 1}: synthetic
 * ones, smooth, or those of the record, the auxiliary input {@code sensitivities} of {@code coils x
 * height x width x 2} (real, imaginary), with as many coils as the record has. {@link
 * CoilCalibration} estimates them from the middle of k-space.
 *
 * <p>A Cartesian record may bring the optional auxiliary input {@code mask}, height x width or one
 * row of width, 1 where k-space was sampled; its measurement is then the whole grid, and what
 * stands where the mask is 0 is ignored everywhere. Without one the specification's lines hold. A
 * record may state its noise level, the optional auxiliary input {@code sigma}.
 *
 * <p>The pseudo-inverse is the usual surrogate, zero-filled or density-compensated, {@code A^H W
 * y}, of real images the real part, where as in CT the background of -1 is taken out first and put
 * back; the background of complex images is 0. Immutable and thread-safe.
 */
final class Mri extends GradientSolved {
  static final String CARTESIAN = "mri-cartesian";
  static final String RADIAL = "mri-radial";

  /** Name of the auxiliary input. */
  static final String SENSITIVITIES = "sensitivities";

  /** Name of the optional auxiliary input. */
  static final String MASK = "mask";

  /** Name of the optional auxiliary input, of one value. */
  static final String SIGMA = "sigma";

  private final KSpace kSpace;

  /** What a record's mask is laid over. */
  private final Optional<KSpace> grid;

  private final int coils;

  /** Those of the specification, which a record's do not change. */
  private final int specCoils;

  private final boolean mapsOfRecord;

  /** As the auxiliary input, or null before {@link #bind}. */
  private final float[] maps;

  private final CoilEncoding encoding;
  private final float[] backgroundOffset;
  private final MeasurementRange range;

  Mri(
      String kind,
      ImageShape shape,
      GaussianNoise noise,
      KSpace kSpace,
      Optional<KSpace> grid,
      int coils,
      boolean mapsOfRecord) {
    this(
        kind,
        shape,
        noise,
        kSpace,
        grid,
        coils,
        coils,
        mapsOfRecord,
        mapsOfRecord ? null : CoilMaps.synthetic(shape, coils));
  }

  private Mri(
      String kind,
      ImageShape shape,
      GaussianNoise noise,
      KSpace kSpace,
      Optional<KSpace> grid,
      int coils,
      int specCoils,
      boolean mapsOfRecord,
      float[] maps) {
    super(kind, shape, noise);
    this.kSpace = kSpace;
    this.grid = grid;
    this.coils = coils;
    this.specCoils = specCoils;
    this.mapsOfRecord = mapsOfRecord;
    this.maps = maps;
    encoding = maps == null ? null : new CoilEncoding(kSpace, maps, coils, shape.channels());
    range = maps == null ? null : KSpaceScale.range(maps, shape, kSpace);
    backgroundOffset = new float[shape.size()];
    if (maps != null && !complex()) {
      Arrays.fill(backgroundOffset, 1);
      var full = compensated(measure(backgroundOffset));
      for (int i = 0; i < full.length; i++) {
        backgroundOffset[i] = full[i] - 1;
      }
    }
  }

  private boolean complex() {
    return channels() == 2;
  }

  private int pixels() {
    return imageShape().height() * imageShape().width();
  }

  @Override
  protected void describe(ObjectNode spec) {
    kSpace.describe(spec);
    spec.put("coils", specCoils).put("maps", mapsOfRecord ? "record" : "synthetic");
  }

  /** Coils, readouts, samples, and 2 for real and imaginary part. */
  @Override
  public int[] measurementShape() {
    return measurementShape(kSpace);
  }

  /** With a mask the whole grid, lines from -height / 2 and samples from -width / 2. */
  @Override
  public int[] measurementShape(Set<String> auxiliary) {
    return measurementShape(auxiliary.contains(MASK) ? grid.orElse(kSpace) : kSpace);
  }

  /** A mask comes with the whole grid, which has as many samples as the image has pixels. */
  @Override
  public Optional<ImageShape> imageShapeOf(int[] measured, Set<String> auxiliary) {
    if (measured.length != 4
        || measured[3] != 2
        || (mapsOfRecord
            ? measured[0] < 1 || measured[0] > MriFields.MOST_COILS
            : measured[0] != coils)) {
      return Optional.empty();
    }
    if (grid.isEmpty() || !auxiliary.contains(MASK)) {
      boolean fits = measured[1] == kSpace.readouts() && measured[2] == kSpace.samples();
      return fits ? Optional.of(imageShape()) : Optional.empty();
    }
    return measured[1] > 0 && measured[2] > 0
        ? Optional.of(new ImageShape(measured[1], measured[2], channels()))
        : Optional.empty();
  }

  @Override
  public ForwardOperator sizedFor(int[] measured) {
    if (measured[0] == coils) {
      return this;
    }
    OperatorBounds.requireLines("measurement", imageShape(), measured[0]);
    return new Mri(kind(), imageShape(), noise(), kSpace, grid, measured[0], specCoils, true, null);
  }

  @Override
  public String measuredForm(Set<String> auxiliary) {
    return grid.isEmpty() || !auxiliary.contains(MASK)
        ? super.measuredForm(auxiliary)
        : "[" + (mapsOfRecord ? "coils" : coils) + ", height, width, 2]";
  }

  @Override
  public long bytesAt(ImageShape shape) {
    return OperatorBounds.coilBytes(shape.pixels(), coils);
  }

  private int[] measurementShape(KSpace samples) {
    return new int[] {coils, samples.readouts(), samples.samples(), 2};
  }

  @Override
  public Map<String, int[]> auxiliaryShapes() {
    return mapsOfRecord
        ? Map.of(SENSITIVITIES, new int[] {coils, imageShape().height(), imageShape().width(), 2})
        : Map.of();
  }

  @Override
  public Map<String, int[]> optionalShapes() {
    int[] one = {1};
    return grid.isEmpty()
        ? Map.of(SIGMA, one)
        : Map.of(SIGMA, one, MASK, new int[] {imageShape().height(), imageShape().width()});
  }

  @Override
  public ForwardOperator bind(Map<String, float[]> auxiliary) {
    AuxiliaryInputs.requireKnown(this, auxiliary.keySet());
    if (auxiliary.isEmpty() && !mapsOfRecord) {
      return this;
    }
    float[] boundMaps = maps;
    if (mapsOfRecord) {
      boundMaps =
          AuxiliaryInputs.required(this, auxiliary, SENSITIVITIES, coils * pixels() * 2).clone();
    }
    KSpace samples = kSpace;
    if (auxiliary.containsKey(MASK)) {
      float[] mask = AuxiliaryInputs.required(this, auxiliary, MASK, pixels());
      samples = new MaskedGrid(grid.orElseThrow(), kSpace, mask);
    }
    var level = noise();
    if (auxiliary.containsKey(SIGMA)) {
      level = level.recorded(AuxiliaryInputs.required(this, auxiliary, SIGMA, 1)[0]);
    }
    return new Mri(
        kind(), imageShape(), level, samples, grid, coils, specCoils, mapsOfRecord, boundMaps);
  }

  /** The synthetic sensitivities, where records bring theirs. */
  @Override
  public Map<String, float[]> drawAuxiliary(RandomGenerator random) {
    return mapsOfRecord ? Map.of(SENSITIVITIES, CoilMaps.synthetic(imageShape(), coils)) : Map.of();
  }

  /** As far as the coil that sees most could reach, all of the image in phase. */
  @Override
  public MeasurementRange measurementRange() {
    requireMaps();
    return range;
  }

  /**
   * A record in a larger scale leaves the range; one in a smaller scale has less energy than an
   * image that is nearly grey all over.
   */
  @Override
  public void requireInRange(float[] measurement) {
    float[] measured = measured(measurement);
    super.requireInRange(measured);
    KSpaceScale.requireEnergy(kind(), kSpace, measured, pixels());
  }

  @Override
  public float[] measured(float[] measurement) {
    requireMeasurement(measurement);
    int count = kSpace.readouts() * kSpace.samples();
    if (kSpace.sampledCount() == count) {
      return measurement;
    }
    var measured = measurement.clone();
    for (int i = 0; i < measured.length; i++) {
      if (!kSpace.sampled(i / 2 % count)) {
        measured[i] = 0;
      }
    }
    return measured;
  }

  @Override
  public float[] unexplained(float[] image, float[] measurement) {
    return measured(misfit(image, measurement));
  }

  @Override
  public float[] simulate(float[] image, RandomGenerator random) {
    return measured(super.simulate(image, random));
  }

  @Override
  public double residual(float[] image, float[] measurement) {
    double everywhere = super.residual(image, measured(measurement));
    // Samples that were not taken agree by themselves and would only water the mean down.
    int count = kSpace.readouts() * kSpace.samples();
    return everywhere * Math.sqrt((double) count / kSpace.sampledCount());
  }

  @Override
  public float[] measure(float[] image) {
    requireMaps();
    requireImage(image);
    return encoding.samples(image);
  }

  @Override
  public float[] adjoint(float[] measurement) {
    return combined(measurement, false);
  }

  @Override
  public float[] pseudoInverse(float[] measurement) {
    var image = compensated(measurement);
    for (int i = 0; i < image.length; i++) {
      image[i] += backgroundOffset[i];
    }
    return image;
  }

  /** {@code A^H W (y - A x0Hat)}, of real images the real part. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return compensated(misfit(x0Hat, measurement));
  }

  /** Of samples on the grid, whose transform there and back is a convolution. */
  @Override
  public Optional<ProximalForm> proximalForm() {
    if (maps == null || !kind().equals(CARTESIAN)) {
      return Optional.empty();
    }
    return Optional.of(
        new ProximalForm.Convolutions(
            encoding.eigenvalues(imageShape().height(), imageShape().width()),
            maps,
            coils,
            new ProximalForm.Gradients(ITERATIONS, TOLERANCE)));
  }

  private float[] compensated(float[] measurement) {
    return combined(measurement, true);
  }

  private float[] combined(float[] measurement, boolean weighted) {
    requireMaps();
    requireMeasurement(measurement);
    return encoding.image(measurement, weighted);
  }

  private void requireMaps() {
    if (maps == null) {
      throw new IllegalStateException(
          kind() + " has no sensitivities yet: call bind with the record's");
    }
  }
}
