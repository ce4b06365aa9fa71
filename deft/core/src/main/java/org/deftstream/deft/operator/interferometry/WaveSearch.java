package org.deftstream.deft.operator.interferometry;

import org.deftstream.deft.linalg.GaussNewton;

/**
 * The proximal point of a record as a least-squares problem of as many unknowns as it has real and
 * imaginary parts of visibilities: the weights a of {@code x = x0 + unit F^T a}, the waves that the
 * misfit can ask for, with unit Jansky per pixel and image value. Inner products are those of the
 * images, {@code a' F F^T b} ({@link PlaneProducts}), so no image is transformed. Immutable and
 * thread-safe.
 */
final class WaveSearch implements GaussNewton.Problem {
  private final Scan scan;
  private final double unit;
  private final float[] begin;
  private final float[] measurement;
  private final double rho;

  /**
   * A search.
   *
   * @param unit Jansky per pixel and image value
   * @param begin visibilities of x0, places x 2, in Jansky
   * @param measurement one number for each value of the record
   * @param rho weight of the distance to x0, above 0
   */
  WaveSearch(Scan scan, double unit, float[] begin, float[] measurement, double rho) {
    this.scan = scan;
    this.unit = unit;
    this.begin = begin;
    this.measurement = measurement;
    this.rho = rho;
  }

  @Override
  public float[] inner(float[] a) {
    return scan.products(a);
  }

  /** Visibilities, given the products of a. */
  private float[] at(float[] products) {
    var v = begin.clone();
    for (int i = 0; i < v.length; i++) {
      v[i] += (float) (unit * unit) * products[i];
    }
    return v;
  }

  @Override
  public double cost(float[] a, float[] products) {
    double sum = scan.squares(scan.unexplained(at(products), measurement));
    for (int i = 0; i < a.length; i++) {
      sum += rho * unit * unit * a[i] * products[i];
    }
    return sum;
  }

  @Override
  public GaussNewton.Equations equations(float[] a, float[] products) {
    var v = at(products);
    var tangent = scan.tangent(v);
    var downhill = tangent.transposed(scan.weighted(scan.unexplained(v, measurement)));
    for (int i = 0; i < a.length; i++) {
      downhill[i] -= (float) rho * a[i];
    }
    return new GaussNewton.Equations(
        downhill,
        (direction, itsProducts) -> {
          var image = tangent.transposed(scan.weighted(tangent.times(itsProducts)));
          for (int i = 0; i < image.length; i++) {
            image[i] = (float) (unit * unit * image[i] + rho * direction[i]);
          }
          return image;
        });
  }
}
