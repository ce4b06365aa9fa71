package org.deftstream.deft.operator.tomography;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.Stream;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
}
