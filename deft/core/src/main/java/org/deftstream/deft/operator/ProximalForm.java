package org.deftstream.deft.operator;

/**
 * How a proximal point {@code argmin_x |y - A x|^2 + rho |x - x0|^2} is found by operations on
 * whole arrays, for engines that run such ({@link ProximalDevice}). N stands for {@code A^T W A},
 * the normal operator, where the point is x0 plus the answer of {@code (N + rho I) change = A^T W
 * (y - A x0)}. Arrays are not changed by whoever gets them.
 */
@SuppressWarnings("ArrayRecordComponent") // lent, and of megabytes
public sealed interface ProximalForm {
  /** Whether conjugate gradients find the point; else it is in closed form. */
  default boolean iterated() {
    return this instanceof Convolutions || this instanceof Matrix;
  }

  /**
   * N is diagonal: masks.
   *
   * @param values one for each value of an image
   */
  record Diagonal(float[] values) implements ProximalForm {}

  /**
   * A averages blocks of pixels, so that {@code A A^T} is the identity over the size of a block.
   *
   * @param factor side of a block
   */
  record Averages(int factor) implements ProximalForm {}

  /**
   * A is {@code U S V^T} with singular vectors that are products of those of both axes.
   *
   * @param down right vectors of the height, one a column, row-major
   * @param across right vectors of the width, alike
   * @param measuredDown left vectors of the height, one a row: as many as {@code down}, each as
   *     long as the measurement is high
   * @param measuredAcross left vectors of the width, alike
   * @param singularValues one for each value of an image; 0 outside the rank
   */
  record Separable(
      float[] down,
      float[] across,
      float[] measuredDown,
      float[] measuredAcross,
      float[] singularValues)
      implements ProximalForm {}

  /**
   * N is a sum over coils, {@code sum_c S_c^H F^-1 diag(eigenvalues) F S_c}; of real images its
   * real part, of images of two channels complex.
   *
   * @param eigenvalues height x width, for frequencies from 0 up as a discrete Fourier transform
   *     has them
   * @param maps coils x height x width x 2, real and imaginary part
   * @param coils how many
   * @param solver how far conjugate gradients go
   */
  record Convolutions(float[] eigenvalues, float[] maps, int coils, Gradients solver)
      implements ProximalForm {}

  /**
   * A is a sparse matrix that acts on each channel alike. W is that of the record.
   *
   * @param rows of the matrix
   * @param columns of the matrix: pixels
   * @param indices row and column of each entry, one after the other, rows ascending
   * @param values of the entries
   * @param solver how far conjugate gradients go
   */
  record Matrix(int rows, int columns, long[] indices, float[] values, Gradients solver)
      implements ProximalForm {}

  /** {@code y = clip(2 x, -1, 1)}, value by value. */
  record Saturation() implements ProximalForm {}

  /**
   * How far conjugate gradients go.
   *
   * @param iterations at most so many
   * @param tolerance they end once the residual has fallen to this fraction of its start
   */
  record Gradients(int iterations, double tolerance) {}
}
