package org.deftstream.deft.operator.tomography;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.Stream;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.LaneGradients;
import org.deftstream.deft.linalg.SparseMatrix;
import org.deftstream.deft.operator.OperatorTestCases;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RayProjectorTest {
  static Stream<ParallelBeamGeometry> geometries() {
    return Stream.of(
        new ParallelBeamGeometry(new ImageShape(24, 24, 1), 17, 180, 35),
        new ParallelBeamGeometry(new ImageShape(24, 31, 1), 12, 180, 50),
        new ParallelBeamGeometry(new ImageShape(31, 10, 2), 9, 90, 20),
        new ParallelBeamGeometry(new ImageShape(8, 8, 3), 4, 180, 40),
        new ParallelBeamGeometry(new ImageShape(1, 5, 1), 4, 180, 3));
  }

  private static float[] gaussian(int seed, int size) {
    var random = new Random(seed);
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    for (float v : expected) {
      largest = Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-5 * largest + 1e-7));
    }
  }

  @ParameterizedTest
  @MethodSource("geometries")
  void shouldGiveTheNumbersOfTheStoredMatrices(ParallelBeamGeometry geometry) {
    var stored = new StoredProjector(geometry);
    var rays = new RayProjector(geometry);
    int channels = geometry.shape().channels();
    var image = gaussian(1, geometry.shape().size());
    var sinogram = gaussian(2, stored.rays() * channels);
    assertThat(rays.rays()).isEqualTo(stored.rays());
    assertClose(rays.project(image, channels), stored.project(image, channels));
    assertClose(rays.adjoint(sinogram, channels), stored.adjoint(sinogram, channels));
    assertClose(rays.backProject(sinogram, channels), stored.backProject(sinogram, channels));
  }

  @ParameterizedTest
  @MethodSource("geometries")
  void shouldHaveAnExactAdjoint(ParallelBeamGeometry geometry) {
    var rays = new RayProjector(geometry);
    int channels = geometry.shape().channels();
    var image = gaussian(3, geometry.shape().size());
    var sinogram = gaussian(4, rays.rays() * channels);
    var measured = rays.project(image, channels);
    var back = rays.adjoint(sinogram, channels);
    double forward = 0;
    for (int i = 0; i < measured.length; i++) {
      forward += (double) measured[i] * sinogram[i];
    }
    double backward = 0;
    for (int i = 0; i < back.length; i++) {
      backward += (double) back[i] * image[i];
    }
    assertThat(backward).isCloseTo(forward, within(1e-4 * Math.max(1, Math.abs(forward))));
  }

  /** Eight at once are what each is alone, to the bit. */
  @ParameterizedTest
  @MethodSource("geometries")
  void shouldFollowSeveralImagesAtOnce(ParallelBeamGeometry geometry) {
    var rays = new RayProjector(geometry);
    int pixels = geometry.shape().height() * geometry.shape().width();
    var images = new float[SparseMatrix.LANES][];
    var sinograms = new float[SparseMatrix.LANES][];
    for (int lane = 0; lane < images.length; lane++) {
      images[lane] = gaussian(5 + lane, pixels);
      sinograms[lane] = gaussian(20 + lane, rays.rays());
    }
    var measured = LaneGradients.interleave(sinograms);
    rays.projectLanes(LaneGradients.interleave(images), measured);
    var back = LaneGradients.interleave(images);
    rays.adjointLanes(LaneGradients.interleave(sinograms), back);
    for (int lane = 0; lane < images.length; lane++) {
      assertThat(LaneGradients.lane(measured, lane)).isEqualTo(rays.project(images[lane], 1));
      assertThat(LaneGradients.lane(back, lane)).isEqualTo(rays.adjoint(sinograms[lane], 1));
    }
  }

  /** Rows of a batch, whether the matrix is kept or not, weighed or not. */
  @ParameterizedTest
  @ValueSource(strings = {OperatorTestCases.FAN, OperatorTestCases.FAN_PHOTONS})
  void shouldSolveSeveralRowsAsIfEachWereAlone(String spec) {
    var operator = OperatorTestCases.create(spec, new ImageShape(17, 16, 1));
    int rows = 5;
    var images = new float[rows][];
    var measurements = new float[rows][];
    var rho = new double[rows];
    for (int i = 0; i < rows; i++) {
      images[i] = OperatorTestCases.uniform(operator.imageShape().size(), new Random(i));
      measurements[i] = operator.simulate(images[i], new Random(10 + i));
      rho[i] = 1e-3 * (i + 1);
    }
    var points = operator.proximal(images, measurements, rho);
    for (int i = 0; i < rows; i++) {
      assertThat(points[i]).isEqualTo(operator.proximal(images[i], measurements[i], rho[i]));
    }
  }
}
