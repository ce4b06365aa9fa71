package org.deftstream.deft.operator.imaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.LENSLESS;
import static org.deftstream.deft.operator.OperatorTestCases.LENSLESS_WIDE;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.filled;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.Operators;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LenslessCameraTest {
  private static final int HEIGHT = 10;
  private static final int WIDTH = 14;

  private final Random random = new Random(1);

  private float[] psf() {
    var psf = new float[HEIGHT * WIDTH];
    for (int i = 0; i < psf.length; i++) {
      psf[i] = random.nextFloat();
    }
    return psf;
  }

  /** The sum that defines the camera, sensor pixel by scene pixel. */
  @ParameterizedTest
  @CsvSource({"1, 3", "2, 1"})
  void shouldSumWhatEveryPointOfTheSceneSends(int scene, double brightness) {
    var shape = new ImageShape(scene * HEIGHT, scene * WIDTH, 1);
    var psf = psf();
    double sum = 0;
    for (float value : psf) {
      sum += value;
    }
    var operator = create(scene == 1 ? LENSLESS : LENSLESS_WIDE, shape).bind(Map.of("psf", psf));
    var image = uniform(shape.size(), random);
    var expected = new float[HEIGHT * WIDTH];
    int down = (shape.height() - HEIGHT) / 2;
    int across = (shape.width() - WIDTH) / 2;
    for (int i = 0; i < expected.length; i++) {
      double light = 0;
      for (int j = 0; j < image.length; j++) {
        // A point as far from the middle of the scene moves the kernel as far.
        int y = i / WIDTH + down - j / shape.width() + HEIGHT / 2;
        int x = i % WIDTH + across - j % shape.width() + WIDTH / 2;
        if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH) {
          light += brightness * (image[j] + 1) / 2 * psf[y * WIDTH + x] / sum;
        }
      }
      expected[i] = (float) light;
    }

    assertThat(operator.measure(image)).containsExactly(expected, within(1e-5f));
    assertThat(operator.imageShapeOf(new int[] {HEIGHT, WIDTH, 1}, Set.of("psf"))).contains(shape);
  }

  @Test
  void shouldFindThePointsOfLightOfAKernelThatIsSharp() {
    var shape = new ImageShape(40, 60, 1);
    var task =
        create(
            "{'kind':'lensless','brightness':100,'noise':{'type':'gaussian','sigma':0.1}}", shape);
    var operator = task.bind(task.drawAuxiliary(random));
    var points = filled(shape.size(), -1);
    points[15 * 60 + 20] = 1;
    points[30 * 60 + 41] = 0.6f;
    float[] y = operator.simulate(points, random);

    float[] image = operator.proximal(filled(shape.size(), -1), y, 1e-2);

    assertThat(operator.residual(image, y)).isLessThan(1.5);
    int brightest = 0;
    for (int i = 0; i < image.length; i++) {
      brightest = image[i] > image[brightest] ? i : brightest;
    }
    assertThat(brightest).isEqualTo(15 * 60 + 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {LENSLESS, LENSLESS_WIDE})
  void shouldServeEveryRecordAtItsOwnSizeWithItsOwnKernel(String spec) {
    var task = create(spec, new ImageShape(16, 16, 1));
    int[] measured = {HEIGHT, WIDTH, 1};
    var shape = task.imageShapeOf(measured, Set.of("psf")).orElseThrow();
    var at = task.at(shape);
    assertThat(at.auxiliaryShapes().get("psf")).containsExactly(HEIGHT, WIDTH);
    var bound = at.bind(Map.of("psf", psf(), "brightness", new float[] {7}));
    assertThat(bound.measurementShape()).containsExactly(measured);
    assertThat(Operators.fingerprint(bound)).isEqualTo(Operators.fingerprint(task));
    assertThat(bound.measurementRange().most()).isCloseTo(7, within(0.1));
  }

  @Test
  void shouldCalibrateAReading() {
    int height = 40;
    int width = 48;
    var shape = new ImageShape(height, width, 1);
    var task = create(LENSLESS, shape);
    var psf = new float[height * width];
    float[] drawn = task.drawAuxiliary(random).get("psf");
    for (int i = 0; i < psf.length; i++) {
      boolean corner = i / width < 16 && i % width < 16;
      psf[i] = corner ? 0 : drawn[i];
    }
    var scene = filled(shape.size(), -1);
    for (int i = 0; i < scene.length; i++) {
      scene[i] = Math.hypot(i / width - 26, i % width - 30) < 5 ? 1 : -1;
    }
    var truth = Map.of("psf", psf, "brightness", new float[] {500});
    float[] y = task.bind(truth).measure(scene);
    float corner = y[10 * width + 10];
    for (int i = 0; i < y.length; i++) {
      y[i] += 70;
      psf[i] += 20;
    }

    var record = LensCalibration.of(y, psf, height, width);

    assertThat(record.brightness()).isBetween(400.0, 800.0);
    assertThat(record.values()[20 * width + 20])
        .isCloseTo(y[20 * width + 20] - 70, within(corner + 1));
    assertThat(record.psf()[10 * width + 10]).isCloseTo(0, within(1e-3f));
    assertThatThrownBy(() -> LensCalibration.of(new float[7], psf, height, width))
        .hasMessage("expected readings of 40 x 48, got 7 and 1920 values");
  }

  @Test
  void shouldSayWhatIsNoKernel() {
    var task = create(LENSLESS, new ImageShape(HEIGHT, WIDTH, 1));
    assertThatThrownBy(() -> task.bind(Map.of("psf", new float[7])))
        .hasMessage("lensless needs the auxiliary input 'psf' of 10 x 14 values, got 7");
    assertThatThrownBy(() -> task.bind(Map.of()))
        .hasMessageEndingWith("of 10 x 14 values, got none");
    assertThatThrownBy(() -> task.bind(Map.of("psf", new float[HEIGHT * WIDTH])))
        .hasMessage("psf is dark everywhere");
    assertThatThrownBy(() -> task.bind(Map.of("psf", filled(HEIGHT * WIDTH, -1))))
        .hasMessage("psf must hold numbers of 0 or more, got -1.0");
    assertThatThrownBy(() -> task.measure(new float[HEIGHT * WIDTH]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bind");
    assertThatThrownBy(() -> create(LENSLESS_WIDE, new ImageShape(10, 16, 1)))
        .hasMessage(
            "operator lensless: images must have sides that are multiples of 4, got" + " 10x16x1");
  }
}
