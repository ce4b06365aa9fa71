package org.deftstream.deft.operator.mri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorTestCases;
import org.junit.jupiter.api.Test;

class CoilCalibrationTest {
  private static final int COILS = 4;
  private static final int HEIGHT = 60;
  private static final int WIDTH = 45;
  private static final ImageShape SHAPE = new ImageShape(HEIGHT, WIDTH, 2);
  private static final double LEVEL = 300; // The scanner's units.
  private static final double NOISE = 2;

  private final Random random = new Random(1);
  private final ForwardOperator grid =
      OperatorTestCases.create(
          "{'kind':'mri-cartesian','acceleration':1,'centred':true,'coils':4,'maps':'record',"
              + "'noise':{'type':'gaussian','sigma':1}}",
          SHAPE);

  /** A smooth body with a smooth phase; 0 outside. */
  private static float[] truth() {
    var image = new float[SHAPE.size()];
    for (int i = 0; i < image.length / 2; i++) {
      double y = 2 * (i / WIDTH + 0.5) / HEIGHT - 1;
      double x = 2 * (i % WIDTH + 0.5) / WIDTH - 1;
      double inside = 1 / (1 + Math.exp(20 * (x * x / 0.5 + y * y / 0.6 - 1)));
      double size = inside * (0.6 + 0.3 * Math.sin(6 * x) * Math.cos(5 * y));
      image[2 * i] = (float) (size * Math.cos(x + 0.5 * y));
      image[2 * i + 1] = (float) (size * Math.sin(x + 0.5 * y));
    }
    return image;
  }

  /** k-space in the scanner's units, with noise that the coils share; 0 where not sampled. */
  private float[] scan(float[] mask) {
    var maps = CoilMaps.synthetic(SHAPE, COILS);
    float[] samples = grid.bind(Map.of("sensitivities", maps)).measure(truth());
    int count = HEIGHT * WIDTH;
    for (int i = 0; i < count; i++) {
      for (int part = 0; part < 2; part++) {
        double shared = random.nextGaussian();
        for (int coil = 0; coil < COILS; coil++) {
          int at = 2 * (coil * count + i) + part;
          double noise = NOISE * (0.6 * shared + (1 + 0.3 * coil) * random.nextGaussian());
          samples[at] = mask[i] == 0 ? 0 : (float) (LEVEL * samples[at] + noise);
        }
      }
    }
    return samples;
  }

  private float[] mask(int middle) {
    var mask = new float[HEIGHT * WIDTH];
    for (int i = 0; i < mask.length; i++) {
      int y = Math.abs(i / WIDTH - HEIGHT / 2);
      int x = Math.abs(i % WIDTH - WIDTH / 2);
      mask[i] = Math.max(x, y) <= middle / 2 || random.nextInt(2) == 0 ? 1 : 0;
    }
    mask[(HEIGHT / 2 + middle / 2 + 1) * WIDTH + WIDTH / 2] = 0;
    mask[HEIGHT / 2 * WIDTH + WIDTH / 2 - middle / 2 - 1] = 0;
    return mask;
  }

  @Test
  void shouldMakeARecordThatTheImageExplains() {
    float[] mask = mask(16);
    var record = CoilCalibration.of(scan(mask), COILS, HEIGHT, WIDTH);

    assertThat(record.mask()).isEqualTo(mask);
    assertThat(record.middle()).containsExactly(17, 17);
    var bound =
        grid.bind(
            Map.of(
                "sensitivities", record.sensitivities(),
                "mask", record.mask(),
                "sigma", new float[] {(float) record.sigma()}));
    bound.requireInRange(record.values());
    float[] image =
        bound.proximal(new float[SHAPE.size()], record.values(), record.sigma() * record.sigma());

    assertThat(bound.residual(image, record.values())).isBetween(0.6, 1.4);
    double largest = 0;
    double real = 0;
    double imaginary = 0;
    for (int i = 0; i < image.length; i += 2) {
      largest = Math.max(largest, Math.hypot(image[i], image[i + 1]));
      real += image[i] * image[i];
      imaginary += image[i + 1] * image[i + 1];
    }
    assertThat(largest).as("room for sharper peaks").isBetween(0.4, 0.8);
    assertThat(imaginary / real).as("the phase is in the sensitivities").isLessThan(0.02);
  }

  @Test
  void shouldMakeTheNoiseOfAllCoilsAlikeAndIndependent() {
    float[] noise = scan(new float[HEIGHT * WIDTH]);
    int count = HEIGHT * WIDTH;
    for (int i = 0; i < count; i++) {
      for (int part = 0; part < 2; part++) {
        double shared = random.nextGaussian();
        for (int coil = 0; coil < COILS; coil++) {
          noise[2 * (coil * count + i) + part] =
              (float) (shared + (1 + coil) * random.nextGaussian());
        }
      }
    }
    var half = new int[count / 2];
    for (int i = 0; i < half.length; i++) {
      half[i] = i;
    }

    float[] white = new NoiseCovariance(noise, COILS, half).whitened(noise);

    for (int a = 0; a < COILS; a++) {
      for (int b = 0; b <= a; b++) {
        double sum = 0;
        for (int i = count / 2; i < count; i++) { // Those that did not tell the covariance.
          sum += white[2 * (a * count + i)] * white[2 * (b * count + i)];
          sum += white[2 * (a * count + i) + 1] * white[2 * (b * count + i) + 1];
        }
        assertThat(sum / count).isCloseTo(a == b ? 1 : 0, within(0.12));
      }
    }
  }

  @Test
  void shouldSayWhatAScanDoesNotTell() {
    var sparse = mask(2);
    assertThatThrownBy(() -> CoilCalibration.of(scan(sparse), COILS, HEIGHT, WIDTH))
        .hasMessageContaining("at least 6 x 6 are needed");
    var samples = scan(mask(16));
    samples[9] = Float.NaN;
    assertThatThrownBy(() -> CoilCalibration.of(samples, COILS, HEIGHT, WIDTH))
        .hasMessage("k-space holds NaN at coil 0, sample 4");
    assertThatThrownBy(() -> CoilCalibration.of(new float[7], COILS, HEIGHT, WIDTH))
        .hasMessage("expected k-space of 4 x 60 x 45 x 2, got 7 values");
  }
}
