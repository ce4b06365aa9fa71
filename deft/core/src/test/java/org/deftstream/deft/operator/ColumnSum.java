package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.text.JsonFields;

/**
 * An operator as a third party would write it, with nothing but what is public: y holds the sum of
 * each column of a grey image. Found through the test's META-INF/services. Immutable and
 * thread-safe.
 */
public final class ColumnSum implements ForwardOperator {
  private static final String KIND = "column-sum";
  private final ImageShape shape;
  private final double sigma;

  private ColumnSum(ImageShape shape, double sigma) {
    this.shape = shape;
    this.sigma = sigma;
  }

  /** Makes it from {@code {"kind": "column-sum", "noise": {"type": "gaussian", "sigma": 0.1}}}. */
  public static final class Factory implements OperatorFactory {
    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public ForwardOperator create(JsonNode spec, ImageShape shape) {
      var fields = JsonFields.of(spec, "operator " + KIND);
      fields.text("kind");
      var noise = fields.object("noise");
      noise.choice("type", Set.of("gaussian"));
      double sigma = noise.positive("sigma");
      noise.refuseUnknown();
      fields.refuseUnknown();
      if (shape.channels() != 1) {
        throw new IllegalArgumentException(
            fields.where() + ": images must have one channel, got " + shape);
      }
      return new ColumnSum(shape, sigma);
    }
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public JsonNode spec() {
    var spec = JsonNodeFactory.instance.objectNode().put("kind", KIND);
    spec.putObject("noise").put("type", "gaussian").put("sigma", sigma);
    return spec;
  }

  @Override
  public ImageShape imageShape() {
    return shape;
  }

  @Override
  public int[] measurementShape() {
    return new int[] {shape.width()};
  }

  @Override
  public double noiseSigma() {
    return sigma;
  }

  @Override
  public float[] measure(float[] image) {
    require("an image", shape.size(), image);
    var sums = new float[shape.width()];
    for (int i = 0; i < image.length; i++) {
      sums[i % sums.length] += image[i];
    }
    return sums;
  }

  @Override
  public float[] adjoint(float[] measurement) {
    require("a measurement", shape.width(), measurement);
    var image = new float[shape.size()];
    for (int i = 0; i < image.length; i++) {
      image[i] = measurement[i % measurement.length];
    }
    return image;
  }

  @Override
  public float[] pseudoInverse(float[] measurement) {
    return scaled(measurement, 1.0 / shape.height());
  }

  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return pseudoInverse(misfit(x0Hat, measurement));
  }

  @Override
  public float[] proximal(float[] x0, float[] measurement, double rho) {
    var step = scaled(misfit(x0, measurement), 1 / (shape.height() + rho));
    for (int i = 0; i < step.length; i++) {
      step[i] += x0[i];
    }
    return step;
  }

  @Override
  public int conditioningChannels() {
    return 1;
  }

  @Override
  public float[] conditioning(float[] measurement) {
    return pseudoInverse(measurement);
  }

  private static void require(String what, int size, float[] values) {
    if (values.length != size) {
      throw new IllegalArgumentException(
          KIND + ": expected " + what + " of " + size + " values, got " + values.length);
    }
  }

  private float[] misfit(float[] image, float[] measurement) {
    var misfit = measure(image);
    for (int i = 0; i < misfit.length; i++) {
      misfit[i] = measurement[i] - misfit[i];
    }
    return misfit;
  }

  private float[] scaled(float[] measurement, double factor) {
    var image = adjoint(measurement);
    for (int i = 0; i < image.length; i++) {
      image[i] *= (float) factor;
    }
    return image;
  }
}
