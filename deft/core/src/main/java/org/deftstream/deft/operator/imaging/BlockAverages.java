package org.deftstream.deft.operator.imaging;

import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;

/**
 * Proximal points of averages of blocks. Averaging has {@code A A^T = I / size}, size being the
 * pixels of a block, so {@code x = x0 + A^T (y - A x0) / (1 / size + rho)}: each block moves as a
 * whole, and no transform is needed.
 *
 * @param shape shape of the images
 * @param factor side of a block, which divides both sides of the image
 */
record BlockAverages(ImageShape shape, int factor) {
  /** {@code argmin_x |y - A x|^2 + rho |x - x0|^2}; for rho = 0 of least distance to x0. */
  float[] proximal(float[] x0, float[] measurement, double rho) {
    int channels = shape.channels();
    int line = shape.width() * channels;
    int blocks = line / factor;
    double size = factor * factor;
    double weight = 1 / (1 + size * rho);
    var point = new float[x0.length];
    var change = new double[blocks];
    var block = new int[line];
    for (int place = 0; place < line; place++) {
      block[place] = place / channels / factor * channels + place % channels;
    }
    for (int row = 0; row < shape.height() / factor; row++) {
      int first = row * factor * line;
      Arrays.fill(change, 0);
      for (int at = first; at < first + factor * line; at += line) {
        for (int place = 0; place < line; place++) {
          change[block[place]] += x0[at + place];
        }
      }
      for (int i = 0; i < blocks; i++) {
        change[i] = weight * (measurement[row * blocks + i] - change[i] / size);
      }
      for (int at = first; at < first + factor * line; at += line) {
        for (int place = 0; place < line; place++) {
          point[at + place] = (float) (x0[at + place] + change[block[place]]);
        }
      }
    }
    return point;
  }
}
