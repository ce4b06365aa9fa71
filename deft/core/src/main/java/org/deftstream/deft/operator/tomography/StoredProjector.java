package org.deftstream.deft.operator.tomography;

import org.deftstream.deft.linalg.SparseMatrix;
import org.deftstream.deft.operator.ProximalForm;

/**
 * A {@link Projector} whose matrices are computed once and kept: the fastest where they fit into
 * the processor's cache, 16 bytes for each of roughly {@code 2 * side * views * bins} entries and
 * as many again for the back-projection.
 */
final class StoredProjector implements Projector {
  private final SparseMatrix projection;
  private final SparseMatrix transpose;
  private final SparseMatrix backProjection;

  StoredProjector(ParallelBeamGeometry geometry) {
    projection = geometry.systemMatrix();
    transpose = projection.transpose();
    backProjection = geometry.backProjection();
  }

  /** Bytes that the matrices of a geometry take. */
  static long bytes(ParallelBeamGeometry geometry) {
    var shape = geometry.shape();
    long steps = Math.max(shape.height(), shape.width());
    long joseph = 2L * 16 * steps * geometry.views() * geometry.bins();
    return joseph + 16L * shape.height() * shape.width() * geometry.views();
  }

  @Override
  public int rays() {
    return projection.rows();
  }

  ProximalForm proximalForm() {
    return new ProximalForm.Matrix(
        projection.rows(),
        projection.columns(),
        projection.indices(),
        projection.values(),
        new ProximalForm.Gradients(ScanProximal.ITERATIONS, ScanProximal.TOLERANCE));
  }

  @Override
  public float[] project(float[] image, int channels) {
    return projection.multiply(image, channels);
  }

  @Override
  public float[] adjoint(float[] sinogram, int channels) {
    return transpose.multiply(sinogram, channels);
  }

  @Override
  public float[] backProject(float[] filtered, int channels) {
    return backProjection.multiply(filtered, channels);
  }

  @Override
  public void projectLanes(float[] images, float[] rays) {
    projection.multiplyLanes(images, rays);
  }

  @Override
  public void adjointLanes(float[] rays, float[] images) {
    transpose.multiplyLanes(rays, images);
  }
}
