package org.deftstream.deft.adapter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.deftstream.deft.text.JsonFields;

/**
 * What an adapter's network is shown, and what its answer means. The same in training and in
 * service, therefore part of the manifest. Immutable.
 *
 * @param output meaning of the network's answer
 * @param gradient which residual the network is given as g
 * @param estimate whether the network sees the clipped Tweedie estimate x0Hat
 * @param previous whether it also sees the conditional estimate of the step before, and the
 *     likelihood gradient there (self-conditioning: Chen et al., arXiv 2208.04202). The optimum of
 *     the regression stays {@code E[x0 | x_t, y]}; what the network found out at the noisier step
 *     is a hint that the noise would otherwise wash out. Only with {@link Output#CLEAN_IMAGE}
 */
public record AdapterForm(Output output, Gradient gradient, boolean estimate, boolean previous) {
  /** Meaning of {@code NN = NN1 - s(t) g}; c is {@code sqrt(1 - alphaBar)}. */
  public enum Output {
    /** {@code h = NN}: eq. 12 of the paper as it stands. */
    CORRECTION,
    /**
     * {@code E[x0 | x_t, y] = x0Hat + c NN1 + s(t) g}: the conditional Tweedie estimate (eq. 11).
     * The same family of h, scaled so that the network's answer is of order 1 at every t, where h
     * itself vanishes with the signal at the noisy end.
     */
    CLEAN_IMAGE,
    /** {@code eps + h = NN}: the amortised conditional network, which does without the prior. */
    NOISE
  }

  /** The residual g, in image units, always uphill. */
  public enum Gradient {
    /** The operator's preconditioned likelihood gradient at x0Hat. */
    PRECONDITIONED,
    /**
     * The step of the proximal point, {@code argmin_x |y - A x|^2 + rho_t |x - x0Hat|^2} minus
     * x0Hat with {@code rho_t = sigma^2 alphaBar / (1 - alphaBar)}: the likelihood gradient
     * preconditioned by how sure x0Hat is at t. What DiffPIR does is {@code s(t) = 1, NN1 = 0}.
     */
    PROXIMAL,
    /** None: g is 0 and no feature. */
    NONE
  }

  /** The paper's form: eq. 12 with x0Hat and the preconditioned gradient. */
  public static final AdapterForm PAPER =
      new AdapterForm(Output.CORRECTION, Gradient.PRECONDITIONED, true, false);

  /** The form that trains best: the correction of the clean image, from the proximal point on. */
  public static final AdapterForm STANDARD =
      new AdapterForm(Output.CLEAN_IMAGE, Gradient.PROXIMAL, true, false);

  /** The standard form that is also shown what it estimated at the step before. */
  public static final AdapterForm RECURRENT =
      new AdapterForm(Output.CLEAN_IMAGE, Gradient.PROXIMAL, true, true);

  /** The amortised conditional network: features of the measurement only. */
  public static final AdapterForm AMORTISED =
      new AdapterForm(Output.NOISE, Gradient.NONE, false, false);

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if it remembers what it does not answer
   */
  public AdapterForm {
    if (previous && output != Output.CLEAN_IMAGE) {
      throw new IllegalArgumentException(
          "form: previous goes with output clean-image only, got " + label(output));
    }
  }

  /**
   * First value of s(t): where g is a step that may be taken as it is, it is taken; otherwise
   * nearly unconditional, as in the paper's experiments.
   */
  public double firstScale() {
    return output == Output.CLEAN_IMAGE && gradient == Gradient.PROXIMAL ? 1 : 0.01;
  }

  /**
   * Reads {@code {"output": "clean-image", "gradient": "proximal", "estimate": true, "previous":
   * true}}; previous left out is false.
   *
   * @throws IllegalArgumentException one line that names the field that is wrong, unknown or
   *     missing
   */
  static AdapterForm parse(JsonFields fields) {
    var estimate = fields.node("estimate");
    if (!estimate.isBoolean()) {
      throw new IllegalArgumentException(
          fields.where() + ": estimate must be true or false, got " + estimate);
    }
    var form =
        new AdapterForm(
            choice(fields, "output", Output.class),
            choice(fields, "gradient", Gradient.class),
            estimate.booleanValue(),
            fields.flag("previous", false));
    fields.refuseUnknown();
    return form;
  }

  /** Writes what {@link #parse} reads. */
  ObjectNode toJson() {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("output", label(output))
            .put("gradient", label(gradient))
            .put("estimate", estimate);
    return previous ? json.put("previous", true) : json;
  }

  private static <E extends Enum<E>> E choice(JsonFields fields, String name, Class<E> type) {
    var labels =
        Arrays.stream(type.getEnumConstants()).map(AdapterForm::label).collect(Collectors.toSet());
    String chosen = fields.choice(name, labels);
    return Enum.valueOf(type, chosen.replace('-', '_').toUpperCase(Locale.ROOT));
  }

  private static String label(Enum<?> value) {
    return value.name().replace('_', '-').toLowerCase(Locale.ROOT);
  }
}
