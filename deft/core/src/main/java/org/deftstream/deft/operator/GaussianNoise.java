package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.deftstream.deft.text.JsonFields;

/**
 * Additive white Gaussian measurement noise: the field {@code noise} of a specification.
 *
 * @param sigma standard deviation in units of the operator, above 0
 * @param stated the same in units of the record, as the specification states it
 */
public record GaussianNoise(double sigma, double stated) implements RayNoise {
  public static final String TYPE = "gaussian";

  /** Of operators whose units are those of their records. */
  public GaussianNoise(double sigma) {
    this(sigma, sigma);
  }

  /** Reads the field {@code noise} of an operator that knows no other noise. */
  public static GaussianNoise read(JsonFields spec) {
    var noise = spec.object("noise");
    noise.choice("type", Set.of(TYPE));
    return readSigma(noise);
  }

  /** Reads the noise object itself, its type already known. */
  public static GaussianNoise readSigma(JsonFields noise) {
    double sigma = noise.positive("sigma");
    noise.refuseUnknown();
    return new GaussianNoise(sigma);
  }

  /**
   * The same specification for a record of another noise level.
   *
   * @throws IllegalArgumentException if it is not above 0, or no number
   */
  public GaussianNoise recorded(double level) {
    if (!(level > 0 && Double.isFinite(level))) {
      throw new IllegalArgumentException("sigma must be a number above 0, got " + level);
    }
    return new GaussianNoise(level, stated);
  }

  @Override
  public void disturb(float[] exact, RandomGenerator random) {
    for (int i = 0; i < exact.length; i++) {
      exact[i] += (float) (sigma * random.nextGaussian());
    }
  }

  @Override
  public float[] weights(float[] measurement) {
    return null;
  }

  @Override
  public MeasurementRange reach(MeasurementRange exact) {
    return exact;
  }

  @Override
  public ObjectNode json() {
    return JsonNodeFactory.instance.objectNode().put("type", TYPE).put("sigma", stated);
  }
}
