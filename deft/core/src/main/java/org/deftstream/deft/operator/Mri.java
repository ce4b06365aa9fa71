package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;

/**
 * Magnetic resonance imaging of real images of one channel, kinds {@code mri-cartesian} and {@code
 * mri-radial}: every coil c sees {@code F(S_c x)} at the samples of a {@link KSpace}, with noise of
 * {@link #noiseSigma} on real and imaginary parts each. S_c are the coils' complex sensitivities,
 * {@code sum |S_c|^2 = 1}: synthetic ones, smooth, or those of the record, the auxiliary input
 * {@code sensitivities} of {@code coils x height x width x 2} (real, imaginary).
 *
 * <p>The pseudo-inverse is the usual surrogate, zero-filled or density-compensated, {@code A^H W
 * y}, real part; as in CT the background of -1 is taken out first and put back. Immutable and
 * thread-safe.
 */
final class Mri extends GradientSolved {
  static final String CARTESIAN = "mri-cartesian";
  static final String RADIAL = "mri-radial";

  /** Name of the auxiliary input. */
  static final String SENSITIVITIES = "sensitivities";

  /** Mean square of the values of an image that says hardly anything: 0.05 squared. */
  private static final double LEAST_ENERGY = 0.0025;

  private final KSpace kSpace;
  private final int coils;
  private final boolean mapsOfRecord;

  /** As the auxiliary input, or null before {@link #bind}. */
  private final float[] maps;

  private final float[] backgroundOffset;
  private final MeasurementRange range;

  Mri(
      String kind,
      ImageShape shape,
      GaussianNoise noise,
      KSpace kSpace,
      int coils,
      boolean mapsOfRecord) {
    this(
        kind,
        shape,
        noise,
        kSpace,
        coils,
        mapsOfRecord,
        mapsOfRecord ? null : CoilMaps.synthetic(shape, coils));
  }

  private Mri(
      String kind,
      ImageShape shape,
      GaussianNoise noise,
      KSpace kSpace,
      int coils,
      boolean mapsOfRecord,
      float[] maps) {
    super(kind, shape, noise);
    this.kSpace = kSpace;
    this.coils = coils;
    this.mapsOfRecord = mapsOfRecord;
    this.maps = maps;
    range = maps == null ? null : range(maps, shape.size(), kSpace);
    backgroundOffset = new float[shape.size()];
    if (maps != null) {
      Arrays.fill(backgroundOffset, 1);
      var full = compensated(measure(backgroundOffset));
      for (int i = 0; i < full.length; i++) {
        backgroundOffset[i] = full[i] - 1;
      }
    }
  }

  @Override
  void describe(ObjectNode spec) {
    kSpace.describe(spec);
    spec.put("coils", coils).put("maps", mapsOfRecord ? "record" : "synthetic");
  }

  /** Coils, readouts, samples, and 2 for real and imaginary part. */
  @Override
  public int[] measurementShape() {
    return new int[] {coils, kSpace.readouts(), kSpace.samples(), 2};
  }

  @Override
  public Map<String, int[]> auxiliaryShapes() {
    return mapsOfRecord
        ? Map.of(SENSITIVITIES, new int[] {coils, imageShape().height(), imageShape().width(), 2})
        : Map.of();
  }

  @Override
  public ForwardOperator bind(Map<String, float[]> auxiliary) {
    if (!mapsOfRecord) {
      return super.bind(auxiliary);
    }
    AuxiliaryInputs.requireKnown(this, auxiliary.keySet());
    var given = auxiliary.get(SENSITIVITIES);
    int size = coils * imageShape().size() * 2;
    if (given == null || given.length != size) {
      throw new IllegalArgumentException(
          kind()
              + " needs the auxiliary input '"
              + SENSITIVITIES
              + "' of "
              + size
              + " values, got "
              + (given == null ? "none" : given.length));
    }
    return new Mri(kind(), imageShape(), noise(), kSpace, coils, true, given.clone());
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
    super.requireInRange(measurement);
    requireMeasurement(measurement);
    int count = kSpace.readouts() * kSpace.samples();
    double energy = 0;
    for (int i = 0; i < measurement.length; i++) {
      double value = measurement[i];
      energy += kSpace.weight(i / 2 % count) * value * value;
    }
    double mean = energy / imageShape().size();
    if (mean < LEAST_ENERGY) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "measurement has the energy of an image whose values are %.2g at the root of their"
                  + " mean square; at least %.2g is expected of images in [-1, 1]: %s expects"
                  + " another scale of k-space (norm), or other units of the image",
              Math.sqrt(mean),
              Math.sqrt(LEAST_ENERGY),
              kind()));
    }
  }

  @Override
  public float[] measure(float[] image) {
    requireMaps();
    requireImage(image);
    int count = kSpace.readouts() * kSpace.samples();
    var out = new float[coils * count * 2];
    for (int coil = 0; coil < coils; coil++) {
      var real = new double[image.length];
      var imaginary = new double[image.length];
      int map = coil * image.length * 2;
      for (int i = 0; i < image.length; i++) {
        real[i] = (double) maps[map + 2 * i] * image[i];
        imaginary[i] = (double) maps[map + 2 * i + 1] * image[i];
      }
      var sampleReal = new double[count];
      var sampleImaginary = new double[count];
      kSpace.measure(real, imaginary, sampleReal, sampleImaginary);
      for (int i = 0; i < count; i++) {
        out[2 * (coil * count + i)] = (float) sampleReal[i];
        out[2 * (coil * count + i) + 1] = (float) sampleImaginary[i];
      }
    }
    return out;
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

  /** {@code A^H W (y - A x0Hat)}, real part. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return compensated(misfit(x0Hat, measurement));
  }

  private static MeasurementRange range(float[] maps, int pixels, KSpace kSpace) {
    double most = 0;
    for (int from = 0; from < maps.length; from += 2 * pixels) {
      double sum = 0;
      for (int i = from; i < from + 2 * pixels; i += 2) {
        sum += Math.hypot(maps[i], maps[i + 1]);
      }
      most = Math.max(most, sum / Math.sqrt(pixels));
    }
    return MeasurementRange.symmetric(most * kSpace.scale());
  }

  private float[] compensated(float[] measurement) {
    return combined(measurement, true);
  }

  private float[] combined(float[] measurement, boolean weighted) {
    requireMaps();
    requireMeasurement(measurement);
    int count = kSpace.readouts() * kSpace.samples();
    var out = new float[imageShape().size()];
    for (int coil = 0; coil < coils; coil++) {
      var sampleReal = new double[count];
      var sampleImaginary = new double[count];
      for (int i = 0; i < count; i++) {
        double weight = weighted ? kSpace.weight(i) : 1;
        sampleReal[i] = weight * measurement[2 * (coil * count + i)];
        sampleImaginary[i] = weight * measurement[2 * (coil * count + i) + 1];
      }
      var real = new double[out.length];
      var imaginary = new double[out.length];
      kSpace.adjoint(sampleReal, sampleImaginary, real, imaginary);
      int map = coil * out.length * 2;
      for (int i = 0; i < out.length; i++) {
        out[i] += (float) (maps[map + 2 * i] * real[i] + maps[map + 2 * i + 1] * imaginary[i]);
      }
    }
    return out;
  }

  private void requireMaps() {
    if (maps == null) {
      throw new IllegalStateException(
          kind() + " has no sensitivities yet: call bind with the record's");
    }
  }
}
