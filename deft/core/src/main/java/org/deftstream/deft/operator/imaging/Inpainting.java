package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.BinaryMask;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.ImageSized;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.SpectralForm;

/**
 * Inpainting, kind {@code inpainting}: y = M x + noise, where the mask M holds 1 for each pixel
 * that was measured and 0 for each hidden one, for all channels alike. Each record brings its mask
 * as the auxiliary input {@code mask}, height x width. A measurement has the shape of the image;
 * what stands at hidden pixels is ignored everywhere.
 *
 * <p>Unbound, the operator answers for its specification and shapes only; {@link #bind} returns the
 * operator of one record, and the methods that need a mask throw {@link IllegalStateException}
 * before. Immutable and thread-safe.
 */
public final class Inpainting implements ForwardOperator {
  /** The value of {@code kind} in a specification. */
  public static final String KIND = "inpainting";

  /** Name of the auxiliary input. */
  public static final String MASK = "mask";

  private final ImageShape shape;
  private final MaskDistribution distribution;
  private final GaussianNoise noise;

  /** Height x width, or null before {@link #bind}. */
  private final float[] mask;

  /** The mask for each value of an image; the mask itself where an image has one channel. */
  private final float[] maskOfValues;

  private final int visiblePixels;

  Inpainting(ImageShape shape, MaskDistribution distribution, GaussianNoise noise) {
    this(shape, distribution, noise, null, 0);
  }

  private Inpainting(
      ImageShape shape,
      MaskDistribution distribution,
      GaussianNoise noise,
      float[] mask,
      int visiblePixels) {
    this.shape = shape;
    this.distribution = distribution;
    this.noise = noise;
    this.mask = mask;
    this.maskOfValues = mask == null ? null : forEachChannel(mask, shape.channels());
    this.visiblePixels = visiblePixels;
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
        .<ObjectNode>set("mask", distribution.json())
        .set("noise", noise.json());
  }

  @Override
  public ImageShape imageShape() {
    return shape;
  }

  /** The shape of the image. */
  @Override
  public int[] measurementShape() {
    return new int[] {shape.height(), shape.width(), shape.channels()};
  }

  @Override
  public Optional<ImageShape> imageShapeOf(int[] measured, Set<String> auxiliary) {
    return ImageSized.same(shape.channels()).imageOf(measured);
  }

  @Override
  public String measuredForm(Set<String> auxiliary) {
    return ImageSized.same(shape.channels()).form();
  }

  @Override
  public double noiseSigma() {
    return noise.sigma();
  }

  @Override
  public Map<String, int[]> auxiliaryShapes() {
    return Map.of(MASK, new int[] {shape.height(), shape.width()});
  }

  @Override
  public ForwardOperator bind(Map<String, float[]> auxiliary) {
    AuxiliaryInputs.requireKnown(this, auxiliary.keySet());
    var given = auxiliary.get(MASK);
    if (given == null) {
      throw new IllegalArgumentException(
          "inpainting needs the auxiliary input 'mask' of " + maskShape());
    }
    if (given.length != shape.height() * shape.width()) {
      throw new IllegalArgumentException(
          "mask must have " + maskShape() + " values, got " + given.length);
    }
    int visible = BinaryMask.ones(given, shape.width(), "pixel");
    return new Inpainting(shape, distribution, noise, given.clone(), visible);
  }

  @Override
  public Map<String, float[]> drawAuxiliary(RandomGenerator random) {
    return Map.of(MASK, distribution.draw(shape, random));
  }

  /** That of images: {@link MeasurementRange#OF_IMAGES}. */
  @Override
  public MeasurementRange measurementRange() {
    return MeasurementRange.OF_IMAGES;
  }

  /** What stands at hidden pixels does not count. */
  @Override
  public void requireInRange(float[] measurement) {
    ForwardOperator.super.requireInRange(masked(measurement));
  }

  @Override
  public float[] measure(float[] image) {
    return masked(image);
  }

  @Override
  public float[] measured(float[] measurement) {
    return masked(measurement);
  }

  @Override
  public float[] simulate(float[] image, RandomGenerator random) {
    return masked(ForwardOperator.super.simulate(image, random));
  }

  @Override
  public double residual(float[] image, float[] measurement) {
    double everywhere = ForwardOperator.super.residual(image, masked(measurement));
    // Hidden pixels agree by themselves and would only water the mean down.
    return everywhere * Math.sqrt((double) shape.height() * shape.width() / visiblePixels);
  }

  /** {@code M (y - x)}. */
  @Override
  public float[] unexplained(float[] image, float[] measurement) {
    return likelihoodGradient(image, measurement);
  }

  /** {@code M y}. */
  @Override
  public float[] adjoint(float[] measurement) {
    return masked(measurement);
  }

  /** {@code M y}, the exact pseudo-inverse: hidden pixels are 0. */
  @Override
  public float[] pseudoInverse(float[] measurement) {
    return masked(measurement);
  }

  /** {@code M (y - x0Hat)}. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    var gradient = masked(measurement);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] -= maskOfValues[i] * x0Hat[i];
    }
    return gradient;
  }

  /** In closed form: {@code (y + rho x0) / (1 + rho)} where M is 1, and x0 elsewhere. */
  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    requireFits(measurement);
    var out = new float[measurement.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = maskOfValues[i] == 0 ? x0[i] : (float) ((measurement[i] + rho * x0[i]) / (1 + rho));
    }
    return out;
  }

  /** The mask's ones are the singular values, pixels the coordinates. */
  @Override
  public Optional<SpectralForm> spectralForm() {
    var values = new float[shape.size()];
    Arrays.fill(values, 1);
    return Optional.of(new MaskSpectrum(masked(values)));
  }

  @Override
  public Optional<ProximalForm> proximalForm() {
    return mask == null ? Optional.empty() : Optional.of(new ProximalForm.Diagonal(maskOfValues));
  }

  /** The image's channels and one for the mask. */
  @Override
  public int conditioningChannels() {
    return shape.channels() + 1;
  }

  /** {@code [M y, M]}. */
  @Override
  public float[] conditioning(float[] measurement) {
    var visible = masked(measurement);
    int channels = shape.channels();
    var out = new float[shape.height() * shape.width() * (channels + 1)];
    for (int pixel = 0; pixel < mask.length; pixel++) {
      System.arraycopy(visible, pixel * channels, out, pixel * (channels + 1), channels);
      out[pixel * (channels + 1) + channels] = mask[pixel];
    }
    return out;
  }

  private float[] masked(float[] values) {
    requireFits(values);
    var out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = maskOfValues[i] == 0 ? 0 : values[i];
    }
    return out;
  }

  private void requireFits(float[] values) {
    if (mask == null) {
      throw new IllegalStateException("inpainting has no mask yet: call bind with the record's");
    }
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(
          KIND + ": expected " + shape.size() + " values (" + shape + "), got " + values.length);
    }
  }

  private static float[] forEachChannel(float[] mask, int channels) {
    if (channels == 1) {
      return mask;
    }
    var values = new float[mask.length * channels];
    for (int i = 0; i < values.length; i++) {
      values[i] = mask[i / channels];
    }
    return values;
  }

  private String maskShape() {
    return shape.height() + "x" + shape.width();
  }
}
