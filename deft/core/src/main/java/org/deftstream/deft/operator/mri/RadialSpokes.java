package org.deftstream.deft.operator.mri;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;

/**
 * Spokes through the centre of k-space at equal angles over 180 degrees, by the exact non-uniform
 * Fourier transform: {@code samples x height x width} steps, meant for small images. Sample j of a
 * spoke lies {@code (j - samples / 2) side / samples} cycles per field of view from the centre. The
 * phase counts from the centre of the image. Immutable and thread-safe.
 */
final class RadialSpokes implements KSpace {
  private final int spokes;
  private final int samples;
  private final int height;
  private final int width;
  private final double scale;
  private final double step;

  /** cos and sin of {@code 2 pi kx X / width}, sample by sample within each column. */
  private final float[][] columnCos;

  private final float[][] columnSin;
  private final float[][] rowCos;
  private final float[][] rowSin;

  RadialSpokes(ImageShape shape, int spokes, int samples) {
    this.spokes = spokes;
    this.samples = samples;
    height = shape.height();
    width = shape.width();
    scale = 1 / Math.sqrt((double) height * width);
    step = (double) Math.max(height, width) / samples;
    columnCos = new float[width][spokes * samples];
    columnSin = new float[width][spokes * samples];
    rowCos = new float[height][spokes * samples];
    rowSin = new float[height][spokes * samples];
    for (int i = 0; i < spokes * samples; i++) {
      double radius = (i % samples - samples / 2) * step;
      double angle = Math.PI * (i / samples) / spokes;
      fill(columnCos, columnSin, i, radius * Math.cos(angle));
      fill(rowCos, rowSin, i, radius * Math.sin(angle));
    }
  }

  private static void fill(float[][] cos, float[][] sin, int sample, double frequency) {
    for (int place = 0; place < cos.length; place++) {
      double phase = 2 * Math.PI * frequency * (place - cos.length / 2.0 + 0.5) / cos.length;
      cos[place][sample] = (float) Math.cos(phase);
      sin[place][sample] = (float) Math.sin(phase);
    }
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
    int count = sampleReal.length;
    var lineReal = new float[count];
    var lineImaginary = new float[count];
    for (int y = 0; y < height; y++) {
      Arrays.fill(lineReal, 0);
      Arrays.fill(lineImaginary, 0);
      for (int x = 0; x < width; x++) {
        float re = (float) (scale * real[y * width + x]);
        float im = (float) (scale * imaginary[y * width + x]);
        var cos = columnCos[x];
        var sin = columnSin[x];
        for (int s = 0; s < count; s++) {
          lineReal[s] += re * cos[s] + im * sin[s];
          lineImaginary[s] += im * cos[s] - re * sin[s];
        }
      }
      var cos = rowCos[y];
      var sin = rowSin[y];
      for (int s = 0; s < count; s++) {
        sampleReal[s] += lineReal[s] * cos[s] + lineImaginary[s] * sin[s];
        sampleImaginary[s] += lineImaginary[s] * cos[s] - lineReal[s] * sin[s];
      }
    }
  }

  @Override
  public void adjoint(
      double[] sampleReal, double[] sampleImaginary, double[] real, double[] imaginary) {
    int count = sampleReal.length;
    var lineReal = new float[count];
    var lineImaginary = new float[count];
    for (int y = 0; y < height; y++) {
      for (int s = 0; s < count; s++) {
        lineReal[s] = (float) (sampleReal[s] * rowCos[y][s] - sampleImaginary[s] * rowSin[y][s]);
        lineImaginary[s] =
            (float) (sampleImaginary[s] * rowCos[y][s] + sampleReal[s] * rowSin[y][s]);
      }
      for (int x = 0; x < width; x++) {
        var cos = columnCos[x];
        var sin = columnSin[x];
        double re = 0;
        double im = 0;
        for (int s = 0; s < count; s++) {
          re += lineReal[s] * cos[s] - lineImaginary[s] * sin[s];
          im += lineImaginary[s] * cos[s] + lineReal[s] * sin[s];
        }
        real[y * width + x] = scale * re;
        imaginary[y * width + x] = scale * im;
      }
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
