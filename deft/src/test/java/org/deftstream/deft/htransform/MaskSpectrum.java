package org.deftstream.deft.htransform;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.SpectralForm;

/**
 * The singular value decomposition of a mask, in another basis than the pixels': neighbouring
 * pixels that are both measured, or both hidden, are turned by 45 degrees, so that a test sees
 * whether a method goes through the transforms.
 */
record MaskSpectrum(float[] mask) implements SpectralForm {
  /** The operator with this decomposition. */
  static ForwardOperator with(ForwardOperator operator, float[] mask) {
    var spectrum = Optional.of(new MaskSpectrum(mask));
    return (ForwardOperator)
        Proxy.newProxyInstance(
            MaskSpectrum.class.getClassLoader(),
            new Class<?>[] {ForwardOperator.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("spectralForm")) {
                return spectrum;
              }
              try {
                return method.invoke(operator, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  public float[] singularValues() {
    return mask.clone();
  }

  @Override
  public float[] imageToSpectral(float[] image) {
    return turn(image);
  }

  @Override
  public float[] spectralToImage(float[] coordinates) {
    return turn(coordinates);
  }

  @Override
  public float[] measurementToSpectral(float[] measurement) {
    var masked = measurement.clone();
    for (int i = 0; i < masked.length; i++) {
      masked[i] *= mask[i];
    }
    return turn(masked);
  }

  /** A reflection, so its own inverse. */
  private float[] turn(float[] values) {
    var out = values.clone();
    float half = (float) Math.sqrt(0.5);
    for (int i = 0; i + 1 < out.length; i += 2) {
      if (mask[i] == mask[i + 1]) {
        out[i] = half * (values[i] + values[i + 1]);
        out[i + 1] = half * (values[i] - values[i + 1]);
      }
    }
    return out;
  }
}
