package org.deftstream.deft.operator.mri;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.NonuniformFourier;

/**
 * Spokes through the centre of k-space at equal angles over 180 degrees ({@link
 * NonuniformFourier}). Sample j of a spoke lies {@code (j - samples / 2) side / samples} cycles per
 * field of view from the centre. The phase counts from the centre of the image. Immutable and
 * thread-safe.
 */
final class RadialSpokes implements KSpace {
  private final int spokes;
  private final int samples;
  private final double scale;
  private final double step;
  private final NonuniformFourier fourier;

  RadialSpokes(ImageShape shape, int spokes, int samples) {
    this.spokes = spokes;
    this.samples = samples;
    scale = 1 / Math.sqrt((double) shape.height() * shape.width());
    step = (double) Math.max(shape.height(), shape.width()) / samples;
    var rows = new double[spokes * samples];
    var columns = new double[spokes * samples];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = rowFrequency(i);
      columns[i] = columnFrequency(i);
    }
    fourier = new NonuniformFourier(shape.height(), shape.width(), rows, columns);
  }

  @Override
  public int readouts() {
    return spokes;
  }

  @Override
  public int samples() {
    return samples;
  }

  @Override
  public void measure(
      double[] real, double[] imaginary, double[] sampleReal, double[] sampleImaginary) {
    fourier.transform(real, imaginary, sampleReal, sampleImaginary);
    scale(sampleReal);
    scale(sampleImaginary);
  }

  @Override
  public void adjoint(
      double[] sampleReal, double[] sampleImaginary, double[] real, double[] imaginary) {
    fourier.adjoint(sampleReal, sampleImaginary, real, imaginary);
    scale(real);
    scale(imaginary);
  }

  private void scale(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
  }

  /** The sector of a ring: {@code |k| pi / spokes}, and its share of the innermost disc. */
  @Override
  public double weight(int sample) {
    double radius = Math.abs(sample % samples - samples / 2) * step;
    return Math.PI / spokes * step * (radius == 0 ? step / 4 : radius);
  }

  @Override
  public double rowFrequency(int sample) {
    return radius(sample) * Math.sin(Math.PI * (sample / samples) / spokes);
  }

  @Override
  public double columnFrequency(int sample) {
    return radius(sample) * Math.cos(Math.PI * (sample / samples) / spokes);
  }

  private double radius(int sample) {
    return (sample % samples - samples / 2) * step;
  }

  @Override
  public void describe(ObjectNode spec) {
    spec.put("spokes", spokes).put("samples", samples);
  }
}
