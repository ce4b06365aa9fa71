package org.deftstream.deft.operator.mri;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.deftstream.deft.linalg.Fourier;

/**
 * What receiving coils sample of an image: {@code F(S_c x)} of every coil c. Coils are spread over
 * the common pool and summed in their order, so that the bits do not depend on the number of
 * processors. Immutable and thread-safe.
 */
final class CoilEncoding {
  private final KSpace kSpace;
  private final float[] maps;
  private final int coils;
  private final int channels;
  private final int pixels;

  /**
   * Coils before an image.
   *
   * @param maps coils x pixels x 2, the complex sensitivities
   * @param channels of the image: 1 where it is real; 2, real and imaginary part, where complex
   */
  CoilEncoding(KSpace kSpace, float[] maps, int coils, int channels) {
    this.kSpace = kSpace;
    this.maps = maps;
    this.coils = coils;
    this.channels = channels;
    pixels = maps.length / (2 * coils);
  }

  /**
   * The eigenvalues of a coil's samples there and back, where that is a convolution: the transform
   * of what it makes of one pixel, for frequencies from 0 up.
   */
  float[] eigenvalues(int height, int width) {
    int count = kSpace.readouts() * kSpace.samples();
    var real = new double[pixels];
    var imaginary = new double[pixels];
    real[0] = 1;
    var sampleReal = new double[count];
    var sampleImaginary = new double[count];
    kSpace.measure(real, imaginary, sampleReal, sampleImaginary);
    Arrays.fill(real, 0);
    Arrays.fill(imaginary, 0);
    kSpace.adjoint(sampleReal, sampleImaginary, real, imaginary);
    new Fourier(height, width).transform(real, imaginary, false);
    var eigenvalues = new float[pixels];
    for (int i = 0; i < pixels; i++) {
      eigenvalues[i] = (float) (real[i] * Math.sqrt(pixels));
    }
    return eigenvalues;
  }

  /** The samples of all coils: coils x samples x 2. */
  float[] samples(float[] image) {
    int count = kSpace.readouts() * kSpace.samples();
    var out = new float[coils * count * 2];
    IntStream.range(0, coils).parallel().forEach(coil -> measure(image, coil, count, out));
    return out;
  }

  private void measure(float[] image, int coil, int count, float[] out) {
    var real = new double[pixels];
    var imaginary = new double[pixels];
    int map = coil * pixels * 2;
    for (int i = 0; i < pixels; i++) {
      double re = maps[map + 2 * i];
      double im = maps[map + 2 * i + 1];
      if (channels == 2) {
        real[i] = re * image[2 * i] - im * image[2 * i + 1];
        imaginary[i] = re * image[2 * i + 1] + im * image[2 * i];
      } else {
        real[i] = re * image[i];
        imaginary[i] = im * image[i];
      }
    }
    var sampleReal = new double[count];
    var sampleImaginary = new double[count];
    kSpace.measure(real, imaginary, sampleReal, sampleImaginary);
    for (int i = 0; i < count; i++) {
      out[2 * (coil * count + i)] = (float) sampleReal[i];
      out[2 * (coil * count + i) + 1] = (float) sampleImaginary[i];
    }
  }

  /**
   * The adjoint of {@link #samples}; of real images its real part.
   *
   * @param weighted whether each sample counts by {@link KSpace#weight}
   */
  float[] image(float[] measurement, boolean weighted) {
    var out = new float[pixels * channels];
    // Summed in the order of the coils, however many of them are transformed at a time.
    var ofCoils =
        IntStream.range(0, coils)
            .parallel()
            .mapToObj(coil -> ofCoil(measurement, coil, weighted))
            .toList();
    for (float[] part : ofCoils) {
      for (int i = 0; i < out.length; i++) {
        out[i] += part[i];
      }
    }
    return out;
  }

  /** What one coil's samples say of the image. */
  private float[] ofCoil(float[] measurement, int coil, boolean weighted) {
    int count = kSpace.readouts() * kSpace.samples();
    var sampleReal = new double[count];
    var sampleImaginary = new double[count];
    for (int i = 0; i < count; i++) {
      double weight = weighted ? kSpace.weight(i) : 1;
      sampleReal[i] = weight * measurement[2 * (coil * count + i)];
      sampleImaginary[i] = weight * measurement[2 * (coil * count + i) + 1];
    }
    var real = new double[pixels];
    var imaginary = new double[pixels];
    kSpace.adjoint(sampleReal, sampleImaginary, real, imaginary);
    var out = new float[pixels * channels];
    int map = coil * pixels * 2;
    for (int i = 0; i < pixels; i++) {
      double re = maps[map + 2 * i];
      double im = maps[map + 2 * i + 1];
      out[i * channels] = (float) (re * real[i] + im * imaginary[i]);
      if (channels == 2) {
        out[2 * i + 1] = (float) (re * imaginary[i] - im * real[i]);
      }
    }
    return out;
  }
}
