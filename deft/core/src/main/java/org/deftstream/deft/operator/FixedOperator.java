package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deftstream.deft.image.ImageShape;

/**
 * What operators have in common that are the same for every record and have white Gaussian noise.
 * What adapters see of a measurement is its {@link #pseudoInverse}. Immutable and thread-safe.
 */
public abstract class FixedOperator implements ForwardOperator {
  private final String kind;
  private final ImageShape shape;
  private final GaussianNoise noise;

  protected FixedOperator(String kind, ImageShape shape, GaussianNoise noise) {
    this.kind = kind;
    this.shape = shape;
    this.noise = noise;
  }

  @Override
  public final String kind() {
    return kind;
  }

  @Override
  public final JsonNode spec() {
    var spec = JsonNodeFactory.instance.objectNode().put("kind", kind);
    describe(spec);
    return spec.set("noise", noise.json());
  }

  /** Adds the fields of the kind to a specification, defaults included. */
  protected abstract void describe(ObjectNode spec);

  @Override
  public final ImageShape imageShape() {
    return shape;
  }

  /** How a measurement's size follows from the image's; empty where it does not. */
  protected Optional<ImageSized> sized() {
    return Optional.empty();
  }

  /** What {@link #sized} says of the image; operators of other measurements say it themselves. */
  @Override
  public int[] measurementShape() {
    var ratio = sized().orElseThrow();
    return new int[] {
      shape.height() * ratio.times() / ratio.over(),
      shape.width() * ratio.times() / ratio.over(),
      ratio.channels()
    };
  }

  @Override
  public Optional<ImageShape> imageShapeOf(int[] measured, Set<String> auxiliary) {
    return sized().isPresent()
        ? sized().get().imageOf(measured)
        : ForwardOperator.super.imageShapeOf(measured, auxiliary);
  }

  @Override
  public String measuredForm(Set<String> auxiliary) {
    return sized()
        .map(ImageSized::form)
        .orElseGet(() -> ForwardOperator.super.measuredForm(auxiliary));
  }

  @Override
  public final double noiseSigma() {
    return noise.sigma();
  }

  /** As many channels as the image has. */
  @Override
  public final int conditioningChannels() {
    return shape.channels();
  }

  /** {@link #pseudoInverse}. */
  @Override
  public final float[] conditioning(float[] measurement) {
    return pseudoInverse(measurement);
  }

  protected final GaussianNoise noise() {
    return noise;
  }

  protected final int channels() {
    return shape.channels();
  }

  /** {@code y - A(x)}. */
  protected final float[] misfit(float[] image, float[] measurement) {
    requireMeasurement(measurement);
    var misfit = measure(image);
    for (int i = 0; i < misfit.length; i++) {
      misfit[i] = measurement[i] - misfit[i];
    }
    return misfit;
  }

  protected final void requireImage(float[] image) {
    if (image.length != shape.size()) {
      throw new IllegalArgumentException(
          kind
              + ": expected an image of "
              + shape
              + " ("
              + shape.size()
              + " values), got "
              + image.length
              + " values");
    }
  }

  protected final void requireMeasurement(float[] measurement) {
    int size = measurementSize();
    if (measurement.length != size) {
      throw new IllegalArgumentException(
          kind
              + ": expected a measurement of "
              + Arrays.stream(measurementShape())
                  .mapToObj(Integer::toString)
                  .collect(Collectors.joining("x"))
              + " ("
              + size
              + " values), got "
              + measurement.length
              + " values");
    }
  }

  protected final int measurementSize() {
    int size = 1;
    for (int side : measurementShape()) {
      size *= side;
    }
    return size;
  }

  protected static void requireWeight(double rho) {
    if (!(rho > 0)) {
      throw new IllegalArgumentException("rho must be above 0, got " + rho);
    }
  }
}
