package org.deftstream.deft.operator.tomography;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.RayNoise;
import org.deftstream.deft.text.JsonFields;

/**
 * The noise of counted photons, type {@code poisson}: a ray through the attenuation {@code m = (x +
 * 1) / 2} sends {@code N ~ Poisson(photons exp(-attenuation * integral of m))} to the detector, and
 * the measurement is the log-transform of that count in the units of {@link ComputedTomography},
 * {@code y = 2 ln(photons / max(N, 1)) / attenuation - A 1}. A count of 0 is taken for 1.
 *
 * <p>To first order a ray has the standard deviation {@code 2 / (attenuation sqrt(N))}, so thick
 * parts are noisy and air is not. {@link #sigma} is the root mean square of it over all rays for a
 * reference object: a disc of m = 1/2 whose diameter is 0.8 of the shorter side. Immutable and
 * thread-safe.
 */
final class PhotonNoise implements RayNoise {
  static final String TYPE = "poisson";

  /** Attenuation per unit length of m = 1 that is assumed where none is given. */
  static final double DEFAULT_ATTENUATION = 4;

  private final double photons;
  private final double attenuation;
  private final boolean stated;
  private final float[] ones;
  private final double sigma;

  /**
   * Makes the noise of a scanner.
   *
   * @param photons expected count of a ray that meets nothing
   * @param attenuation per unit length where x is 1; of parallel rays, half the field of view has
   *     length 1
   * @param stated whether the noise object of the specification says so
   * @param ones the rays' exact measurements of the image that is 1 everywhere
   * @param reference the rays' exact measurements of the reference object, 0 in the disc and -1
   *     outside
   */
  PhotonNoise(double photons, double attenuation, boolean stated, float[] ones, float[] reference) {
    this.photons = photons;
    this.attenuation = attenuation;
    this.stated = stated;
    this.ones = ones;
    double sum = 0;
    for (int i = 0; i < reference.length; i++) {
      sum += variance(expectedCount(reference[i], ones[i]));
    }
    sigma = Math.sqrt(sum / reference.length);
  }

  @Override
  public double sigma() {
    return sigma;
  }

  @Override
  public void disturb(float[] exact, RandomGenerator random) {
    for (int i = 0; i < exact.length; i++) {
      long count = Math.max(1, Poisson.draw(expectedCount(exact[i], ones[i]), random));
      exact[i] = (float) (measured((double) count) - ones[i]);
    }
  }

  @Override
  public float[] weights(float[] measurement) {
    var weights = new float[measurement.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] =
          (float) (sigma * sigma / variance(Math.max(1, expectedCount(measurement[i], ones[i]))));
    }
    return weights;
  }

  /**
   * Down to the longest path, empty, with ten deviations of its count more; up to one photon, or
   * none, on the shortest path: metal stops rays that no image in [-1, 1] would.
   */
  @Override
  public MeasurementRange reach(MeasurementRange exact) {
    double longest = 0;
    double shortest = Double.POSITIVE_INFINITY;
    for (float one : ones) {
      longest = Math.max(longest, one);
      shortest = Math.min(shortest, one);
    }
    double brightest = photons + 10 * Math.sqrt(photons) + 10;
    return new MeasurementRange(
        Math.min(exact.least(), measured(brightest) - longest),
        Math.max(exact.most(), measured(1) - shortest));
  }

  @Override
  public ObjectNode json() {
    var noise = JsonNodeFactory.instance.objectNode().put("type", TYPE).put("photons", photons);
    return stated ? noise.put("attenuation", attenuation) : noise;
  }

  /** Twice the line integral of m that a count tells. */
  private double measured(double count) {
    return 2 * Math.log(photons / count) / attenuation;
  }

  private double expectedCount(double y, double one) {
    return photons * Math.exp(-attenuation * (y + one) / 2);
  }

  private double variance(double count) {
    return 4 / (attenuation * attenuation * count);
  }

  /**
   * What a specification says of it.
   *
   * @param attenuation empty where the scan itself states it
   */
  record Spec(double photons, OptionalDouble attenuation) {
    /**
     * Reads the noise object itself, its type already known.
     *
     * @param known whether the scan states the attenuation, so that the noise must not
     */
    static Spec read(JsonFields noise, boolean known) {
      double photons = noise.positive("photons");
      if (known) {
        noise.refuseUnknown();
        return new Spec(photons, OptionalDouble.empty());
      }
      double attenuation =
          noise.has("attenuation") ? noise.positive("attenuation") : DEFAULT_ATTENUATION;
      noise.refuseUnknown();
      return new Spec(photons, OptionalDouble.of(attenuation));
    }
  }
}
