package org.deftstream.deft.operator.mri;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.Fourier;

/**
 * Whole lines of the Cartesian grid in ascending order of frequency: those that are listed, or all
 * of the lowest frequencies and others drawn at random from a seed, {@code height / acceleration}
 * in all. Both axes run from -side/2 to side/2 - 1 cycles per field of view; the phase counts from
 * the first pixel. Immutable and thread-safe.
 */
final class CartesianLines implements KSpace {
  private final Consumer<ObjectNode> fields;
  private final int width;
  private final int[] frequencies;
  private final int[] rows;
  private final Fourier fourier;

  CartesianLines(ImageShape shape, double acceleration, double centreFraction, int seed) {
    this(
        shape,
        drawn(shape.height(), acceleration, centreFraction, seed),
        spec ->
            spec.put("acceleration", acceleration)
                .put("centreFraction", centreFraction)
                .put("seed", seed));
  }

  /**
   * Lines that are listed.
   *
   * @param lines frequencies in [-height / 2, height / 2 - 1]
   */
  CartesianLines(ImageShape shape, SortedSet<Integer> lines) {
    this(shape, lines, spec -> lines.forEach(spec.putArray("lines")::add));
  }

  /** The whole grid. */
  static CartesianLines all(ImageShape shape) {
    var lines = new TreeSet<Integer>();
    for (int i = 0; i < shape.height(); i++) {
      lines.add(i - shape.height() / 2);
    }
    return new CartesianLines(shape, lines);
  }

  private CartesianLines(ImageShape shape, SortedSet<Integer> lines, Consumer<ObjectNode> fields) {
    this.fields = fields;
    width = shape.width();
    fourier = new Fourier(shape.height(), width);
    frequencies = lines.stream().mapToInt(Integer::intValue).toArray();
    rows = lines.stream().mapToInt(line -> Math.floorMod(line, shape.height())).toArray();
  }

  /** Documented, number by number, in docs/method.md: who simulates elsewhere needs the same. */
  private static SortedSet<Integer> drawn(
      int height, double acceleration, double centreFraction, int seed) {
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
    return lines;
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
  public double rowFrequency(int sample) {
    return frequencies[sample / width];
  }

  @Override
  public double columnFrequency(int sample) {
    return sample % width - width / 2;
  }

  @Override
  public void describe(ObjectNode spec) {
    fields.accept(spec);
  }

  private int place(int sample) {
    return rows[sample / width] * width + Math.floorMod(sample % width - width / 2, width);
  }
}
