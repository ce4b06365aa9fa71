package org.deftstream.deft.htransform;

import java.util.Map;
import java.util.Set;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.text.Nearest;

/**
 * Makes the training-free h-transforms by name. Stateless and thread-safe.
 *
 * <table>
 * <caption>Methods and their parameters</caption>
 * <tr><td>{@code ddnm}</td><td>none</td></tr>
 * <tr><td>{@code ddnm-plus}</td><td>{@code gain}, 1 where it is left out</td></tr>
 * <tr><td>{@code ddrm}</td><td>{@code etaB}, 1 where it is left out</td></tr>
 * <tr><td>{@code dds}</td><td>{@code gamma}; {@code iterations}, 5 where it is left out</td></tr>
 * <tr><td>{@code diffpir}</td><td>{@code lambda}</td></tr>
 * <tr><td>{@code dps}</td><td>{@code zeta}</td></tr>
 * <tr><td>{@code pigdm}</td><td>{@code weight}, 1 where it is left out</td></tr>
 * </table>
 */
public final class HTransforms {
  private HTransforms() {}

  /** The names that {@link #create(String, Map, Prior)} knows. */
  public static Set<String> methods() {
    return Set.of(
        Ddnm.METHOD,
        DdnmPlus.METHOD,
        Ddrm.METHOD,
        Dds.METHOD,
        DiffPir.METHOD,
        Dps.METHOD,
        PiGdm.METHOD);
  }

  /** Whether a method needs {@link Prior#vectorJacobian}, which costs about three predictions. */
  public static boolean needsJacobian(String method) {
    return method.equals(Dps.METHOD) || method.equals(PiGdm.METHOD);
  }

  /** Whether a method is published as a step: {@link HTransform#prescribesStep}. */
  public static boolean prescribesStep(String method) {
    return Set.of(Ddnm.METHOD, DdnmPlus.METHOD, Ddrm.METHOD, Dds.METHOD).contains(method)
        || needsJacobian(method);
  }

  /**
   * Makes a method for a prior, which it borrows if it {@link #needsJacobian}.
   *
   * @throws IllegalArgumentException one line that names the method or parameter that is unknown,
   *     missing or out of range, with the nearest known one
   */
  public static HTransform create(String method, Map<String, Double> parameters, Prior prior) {
    return make(method, new Parameters(method, parameters), prior);
  }

  /**
   * Makes a method that needs no Jacobian, and so no prior.
   *
   * @throws IllegalArgumentException as above, and if the method needs a prior
   */
  public static HTransform create(String method, Map<String, Double> parameters) {
    var made = create(method, parameters, null);
    if (needsJacobian(method)) {
      throw new IllegalArgumentException(method + " needs the Jacobian of a prior; none was given");
    }
    return made;
  }

  /**
   * Checks a method and its parameters without making it.
   *
   * @throws IllegalArgumentException as {@link #create(String, Map, Prior)}
   */
  public static void check(String method, Map<String, Double> parameters) {
    create(method, parameters, null);
  }

  /**
   * Checks that a method can work with an operator, as far as an operator tells before it is bound
   * to a record.
   *
   * @throws IllegalArgumentException one line that says what the operator lacks
   */
  public static void check(String method, ForwardOperator operator) {
    if (method.equals(Ddrm.METHOD) && operator.auxiliaryShapes().isEmpty()) {
      Ddrm.spectrum(operator);
    }
    if (method.equals(Dds.METHOD) && !operator.linear()) {
      throw new IllegalArgumentException(
          Dds.METHOD + " needs a linear operator, not " + operator.kind());
    }
  }

  private static Prior withGradient(String method, Prior prior) {
    if (prior != null && !prior.hasGradient()) {
      throw new IllegalArgumentException(
          "method "
              + method
              + " needs the gradient of its prior, and prior "
              + prior.name()
              + " has none (it runs in "
              + prior.device()
              + "); ddnm, ddrm and diffpir need none");
    }
    return prior;
  }

  /** A method only stores the prior, so that null does for checking the parameters. */
  private static HTransform make(String method, Parameters parameters, Prior prior) {
    return switch (method) {
      case Ddnm.METHOD -> {
        parameters.only();
        yield new Ddnm();
      }
      case DdnmPlus.METHOD -> new DdnmPlus(parameters.only("gain").get("gain", 1));
      case Ddrm.METHOD -> new Ddrm(parameters.only("etaB").get("etaB", 1));
      case Dds.METHOD -> {
        parameters.only("gamma", "iterations");
        yield new Dds(parameters.get("gamma"), parameters.get("iterations", 5));
      }
      case DiffPir.METHOD -> new DiffPir(parameters.only("lambda").get("lambda"));
      case Dps.METHOD -> new Dps(withGradient(method, prior), parameters.only("zeta").get("zeta"));
      case PiGdm.METHOD ->
          new PiGdm(withGradient(method, prior), parameters.only("weight").get("weight", 1));
      default ->
          throw new IllegalArgumentException(
              "unknown method '" + method + "'" + Nearest.hint(method, methods()));
    };
  }
}
