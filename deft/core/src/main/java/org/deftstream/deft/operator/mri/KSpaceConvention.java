package org.deftstream.deft.operator.mri;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.text.JsonFields;

/**
 * How the k-space of a record was computed, where that is not by the unitary transform whose phase
 * counts from the first pixel: {@code norm} as numpy names it, {@code sign} of the exponent, and
 * {@code centred}, the phase counted from pixel (height / 2, width / 2), rounded down. Immutable
 * and thread-safe.
 */
final class KSpaceConvention implements KSpace {
  private static final String ORTHO = "ortho";
  private static final String BACKWARD = "backward";

  private final KSpace kSpace;
  private final String norm;
  private final boolean conjugate;
  private final double scale;

  /** The phase of each sample that counting from the centre adds, or null. */
  private final double[] cos;

  private final double[] sin;
  private final boolean centred;

  private KSpaceConvention(
      KSpace kSpace, ImageShape shape, String norm, boolean conjugate, boolean centred) {
    this.kSpace = kSpace;
    this.norm = norm;
    this.conjugate = conjugate;
    this.centred = centred;
    double root = Math.sqrt((double) shape.height() * shape.width());
    scale = norm.equals(ORTHO) ? 1 : norm.equals(BACKWARD) ? root : 1 / root;
    int count = kSpace.readouts() * kSpace.samples();
    cos = new double[count];
    sin = new double[count];
    for (int i = 0; i < count; i++) {
      double turns =
          kSpace.rowFrequency(i) * (shape.height() / 2) / shape.height()
              + kSpace.columnFrequency(i) * (shape.width() / 2) / shape.width();
      double phase = centred ? 2 * Math.PI * turns : 0;
      cos[i] = scale * Math.cos(phase);
      sin[i] = scale * Math.sin(phase);
    }
  }

  /**
   * Reads the convention's fields.
   *
   * @param centring whether the kind can count its phase from either place
   * @return the samples themselves where nothing differs
   */
  static KSpace read(JsonFields fields, KSpace kSpace, ImageShape shape, boolean centring) {
    String norm =
        fields.has("norm") ? fields.choice("norm", Set.of(ORTHO, BACKWARD, "forward")) : ORTHO;
    int sign = fields.integer("sign", -1, 1, -1);
    if (sign == 0) {
      throw new IllegalArgumentException(fields.where() + ": sign must be -1 or 1, got 0");
    }
    boolean centred = centring && fields.flag("centred", false);
    return norm.equals(ORTHO) && sign < 0 && !centred
        ? kSpace
        : new KSpaceConvention(kSpace, shape, norm, sign > 0, centred);
  }

  @Override
  public int readouts() {
    return kSpace.readouts();
  }

  @Override
  public int samples() {
    return kSpace.samples();
  }

  @Override
  public void measure(
      double[] real, double[] imaginary, double[] sampleReal, double[] sampleImaginary) {
    conjugate(imaginary);
    kSpace.measure(real, imaginary, sampleReal, sampleImaginary);
    turn(sampleReal, sampleImaginary, 1);
    conjugate(sampleImaginary);
  }

  @Override
  public void adjoint(
      double[] sampleReal, double[] sampleImaginary, double[] real, double[] imaginary) {
    conjugate(sampleImaginary);
    turn(sampleReal, sampleImaginary, -1);
    kSpace.adjoint(sampleReal, sampleImaginary, real, imaginary);
    conjugate(imaginary);
  }

  private void conjugate(double[] imaginary) {
    if (conjugate) {
      for (int i = 0; i < imaginary.length; i++) {
        imaginary[i] = -imaginary[i];
      }
    }
  }

  private void turn(double[] real, double[] imaginary, int direction) {
    for (int i = 0; i < real.length; i++) {
      double re = real[i];
      double im = imaginary[i];
      real[i] = cos[i] * re - direction * sin[i] * im;
      imaginary[i] = cos[i] * im + direction * sin[i] * re;
    }
  }

  @Override
  public double weight(int sample) {
    return kSpace.weight(sample) / (scale * scale);
  }

  @Override
  public double scale() {
    return scale;
  }

  @Override
  public double rowFrequency(int sample) {
    return kSpace.rowFrequency(sample);
  }

  @Override
  public double columnFrequency(int sample) {
    return kSpace.columnFrequency(sample);
  }

  /** Only what differs, so that operators without these fields keep their fingerprints. */
  @Override
  public void describe(ObjectNode spec) {
    kSpace.describe(spec);
    if (centred) {
      spec.put("centred", true);
    }
    if (!norm.equals(ORTHO)) {
      spec.put("norm", norm);
    }
    if (conjugate) {
      spec.put("sign", 1);
    }
  }
}
