package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;
import java.util.TreeSet;
import org.deftstream.deft.image.ImageShape;

/**
 * Whole lines of the Cartesian grid: all of the lowest frequencies, the others drawn at random from
 * a seed, {@code height / acceleration} in all, in ascending order of frequency. Both axes run from
 * -side/2 to side/2 - 1 cycles per field of view; the phase counts from the first pixel. Immutable
 * and thread-safe.
 */
final class CartesianLines implements KSpace {
  private final double acceleration;
  private final double centreFraction;
  private final int seed;
  private final int width;
  private final int[] rows;
  private final Fourier fourier;

  CartesianLines(ImageShape shape, double acceleration, double centreFraction, int seed) {
    this.acceleration = acceleration;
    this.centreFraction = centreFraction;
    this.seed = seed;
    width = shape.width();
    int height = shape.height();
    fourier = new Fourier(height, width);
    int wanted = (int) Math.max(1, Math.round(height / acceleration));
    int centre = (int) Math.max(1, Math.min(wanted, Math.round(centreFraction * height)));
    var lines = new TreeSet<Integer>();
    for (int i = 0; i < centre; i++) {
      lines.add(i - centre / 2);
    }
    var random = new Random(seed);
    while (lines.size() < wanted) {
      lines.add(random.nextInt(height) - height / 2);
    }
    rows = lines.stream().mapToInt(line -> Math.floorMod(line, height)).toArray();
  }

  @Override
  public int readouts() {
    return rows.length;
  }

  @Override
  public int samples() {
    return width;
  }

  @Override
  public void measure(
      double[] real, double[] imaginary, double[] sampleReal, double[] sampleImaginary) {
    fourier.transform(real, imaginary, false);
    for (int i = 0; i < sampleReal.length; i++) {
      sampleReal[i] = real[place(i)];
      sampleImaginary[i] = imaginary[place(i)];
    }
  }

  @Override
  public void adjoint(
      double[] sampleReal, double[] sampleImaginary, double[] real, double[] imaginary) {
    for (int i = 0; i < sampleReal.length; i++) {
      real[place(i)] = sampleReal[i];
      imaginary[place(i)] = sampleImaginary[i];
    }
    fourier.transform(real, imaginary, true);
  }

  @Override
  public double weight(int sample) {
    return 1;
  }

  @Override
  public void describe(ObjectNode spec) {
    spec.put("acceleration", acceleration).put("centreFraction", centreFraction).put("seed", seed);
  }

  private int place(int sample) {
    return rows[sample / width] * width + Math.floorMod(sample % width - width / 2, width);
  }
}
