package org.deftstream.deft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.text.JsonFields;

/**
 * What an adapter answered to a known input where it was made, to be compared with its answer where
 * it is to serve: finds a network that is built or fed differently, which no checksum can.
 *
 * <p>The input is not stored: features and gradient are uniform in [-1, 1), drawn in that order
 * from {@link Random} with the seed, whose algorithm Java's documentation fixes. Of the answer,
 * {@value #POSITIONS} values at even spacing are kept. Immutable.
 *
 * @param seed seed of the input
 * @param timesteps one for each row
 * @param output the recorded values
 * @param tolerance largest deviation allowed of a value, as a fraction of the root mean square of
 *     {@code output}; above 0, at most 0.1
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never written to
public record GoldenCheck(long seed, int[] timesteps, float[] output, double tolerance) {
  /** Number of values kept of the answer. */
  public static final int POSITIONS = 64;

  /**
   * Default tolerance. A network that is built wrongly is off by about 1; the reduced precision of
   * GPU matrix units by some 0.001.
   */
  public static final double DEFAULT_TOLERANCE = 0.01;

  /** Checks that there is something to compare. */
  public GoldenCheck {
    if (timesteps.length == 0 || timesteps.length > 16) {
      throw new IllegalArgumentException(
          "golden check: 1 to 16 timesteps, got " + timesteps.length);
    }
    if (output.length != POSITIONS) {
      throw new IllegalArgumentException(
          "golden check: " + POSITIONS + " output values, got " + output.length);
    }
  }

  /** Records the answer of an adapter at t = 0, 100, 500 and 900. */
  public static GoldenCheck record(
      AdapterNetwork network,
      AdapterWeights weights,
      ImageShape shape,
      int featureChannels,
      long seed) {
    int[] timesteps = {0, 100, 500, 900};
    float[] output = answer(network, weights, shape, featureChannels, seed, timesteps);
    return new GoldenCheck(seed, timesteps, output, DEFAULT_TOLERANCE);
  }

  /**
   * Compares the adapter's answer here with the recorded one.
   *
   * @throws AdapterRefusedException if a value deviates by more than the tolerance
   */
  public void verify(
      AdapterNetwork network, AdapterWeights weights, ImageShape shape, int featureChannels) {
    float[] here = answer(network, weights, shape, featureChannels, seed, timesteps);
    double square = 0;
    double worst = 0;
    for (int i = 0; i < output.length; i++) {
      square += (double) output[i] * output[i];
      double deviation = Math.abs((double) here[i] - output[i]);
      worst = deviation >= worst || Double.isNaN(deviation) ? deviation : worst;
    }
    double scale = Math.max(Math.sqrt(square / output.length), 1e-6);
    if (!(worst <= tolerance * scale)) {
      throw new AdapterRefusedException(
          "the golden input is answered differently here: largest deviation "
              + worst
              + ", allowed "
              + tolerance * scale
              + " ("
              + tolerance
              + " of the recorded answer's root mean square)");
    }
  }

  private static float[] answer(
      AdapterNetwork network,
      AdapterWeights weights,
      ImageShape shape,
      int featureChannels,
      long seed,
      int[] timesteps) {
    var random = new Random(seed);
    int pixels = shape.height() * shape.width();
    float[] features = uniform(random, timesteps.length * pixels * featureChannels);
    float[] gradient = uniform(random, timesteps.length * shape.size());
    float[] h = network.predict(weights, features, gradient, timesteps.clone());
    var kept = new float[POSITIONS];
    for (int i = 0; i < POSITIONS; i++) {
      kept[i] = h[(int) ((long) i * h.length / POSITIONS)];
    }
    return kept;
  }

  private static float[] uniform(Random random, int length) {
    var values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return values;
  }

  /** The check as the manifest holds it. */
  ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("seed", seed);
    Arrays.stream(timesteps).forEach(json.putArray("timesteps")::add);
    var values = json.putArray("output");
    for (float value : output) {
      values.add(value);
    }
    return json.put("tolerance", tolerance);
  }

  /** Reads what {@link #toJson} wrote. */
  static GoldenCheck parse(JsonFields fields, int largestTimestep) {
    var seed = fields.node("seed");
    if (!seed.canConvertToLong()) {
      throw new IllegalArgumentException(fields.where() + ": seed must be a whole number");
    }
    float[] output = numbers(fields, "output");
    float[] steps = numbers(fields, "timesteps");
    var timesteps = new int[steps.length];
    for (int i = 0; i < steps.length; i++) {
      if (steps[i] != Math.rint(steps[i]) || steps[i] < 0 || steps[i] > largestTimestep) {
        throw new IllegalArgumentException(
            fields.where()
                + ": timesteps must be in [0, "
                + largestTimestep
                + "], got "
                + steps[i]);
      }
      timesteps[i] = (int) steps[i];
    }
    double tolerance = fields.within("tolerance", Double.MIN_VALUE, 0.1);
    fields.refuseUnknown();
    return new GoldenCheck(seed.longValue(), timesteps, output, tolerance);
  }

  private static float[] numbers(JsonFields fields, String name) {
    JsonNode array = fields.node(name);
    var values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).isNumber() ? array.get(i).floatValue() : Float.NaN;
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            fields.where() + ": " + name + " must be finite numbers, got " + array.get(i));
      }
    }
    if (!array.isArray()) {
      throw new IllegalArgumentException(fields.where() + ": " + name + " must be a list");
    }
    return values;
  }
}
