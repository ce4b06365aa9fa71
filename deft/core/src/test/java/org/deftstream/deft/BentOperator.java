package org.deftstream.deft;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.DoubleUnaryOperator;
import org.deftstream.deft.operator.ForwardOperator;

/**
 * A mask behind a bent response: {@code A(x) = M (x + x^3)}, with the surrogates that a non-linear
 * operator has: the mask's pseudo-inverse, and {@code M (y - A(x))} as likelihood gradient.
 */
public final class BentOperator {
  private BentOperator() {}

  /** Bends an inpainting operator that is bound to its mask. */
  public static ForwardOperator of(ForwardOperator mask) {
    return (ForwardOperator)
        Proxy.newProxyInstance(
            BentOperator.class.getClassLoader(),
            new Class<?>[] {ForwardOperator.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "linear" -> false;
                  case "measure" -> mask.measure(bend((float[]) arguments[0]));
                  case "likelihoodGradient", "unexplained" ->
                      mask.likelihoodGradient(bend((float[]) arguments[0]), (float[]) arguments[1]);
                  case "vectorJacobian" -> {
                    var slope = map((float[]) arguments[0], x -> 1 + 3 * x * x);
                    var product = mask.adjoint((float[]) arguments[1]);
                    for (int i = 0; i < product.length; i++) {
                      product[i] *= slope[i];
                    }
                    yield product;
                  }
                  default -> {
                    try {
                      yield method.invoke(mask, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  }
                });
  }

  private static float[] bend(float[] image) {
    return map(image, x -> x + x * x * x);
  }

  private static float[] map(float[] values, DoubleUnaryOperator function) {
    var out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) function.applyAsDouble(values[i]);
    }
    return out;
  }
}
