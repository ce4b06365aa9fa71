package org.deftstream.deft.evaluation;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;

/**
 * Images that a measurement cannot tell apart. The modulus of the Fourier transform is the same for
 * an image and the image turned by 180 degrees, so for phase retrieval the nearer of the two to the
 * truth is judged, as is common. Stateless and thread-safe.
 */
final class Ambiguity {
  private static final String PHASE_RETRIEVAL = "phase-retrieval";

  private Ambiguity() {}

  /** Whether a turned image is to be preferred: it may be, and it is nearer to the truth. */
  static boolean prefersTurned(ForwardOperator operator, float[] image, float[] truth) {
    return operator.kind().equals(PHASE_RETRIEVAL)
        && distance(turned(image, operator.imageShape()), truth) < distance(image, truth);
  }

  /** The image turned by 180 degrees. */
  static float[] turned(float[] image, ImageShape shape) {
    int c = shape.channels();
    int pixels = image.length / c;
    var out = new float[image.length];
    for (int p = 0; p < pixels; p++) {
      System.arraycopy(image, p * c, out, (pixels - 1 - p) * c, c);
    }
    return out;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (double) (a[i] - b[i]);
    }
    return sum;
  }
}
