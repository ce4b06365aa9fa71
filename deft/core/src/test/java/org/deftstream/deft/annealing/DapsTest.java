package org.deftstream.deft.annealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.Dense.doubles;
import static org.deftstream.deft.Dense.plus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.BentOperator;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DapsTest {
  private static final ImageShape SMALL = new ImageShape(4, 4, 1);
  private static final double SIGMA = 0.1;
  private static final NoiseSchedule SCHEDULE = NoiseSchedule.linear(1000, 1e-4, 2e-2);

  /**
   * The law that Langevin's dynamics tend to, known in closed form: for pixels that are measured
   * each by itself the mean is that of the product of two Gaussians, and the variance is larger
   * than the product's by {@code 1 / (1 - step lambda / 2)}, which is what a step size costs.
   */
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 1})
  void shouldTendToTheLawThatLangevinsDynamicsHave(double stepSize) {
    var shape = new ImageShape(64, 64, 1);
    var operator = operator("'kind':'denoising'", shape);
    var y = new float[shape.size()];
    Arrays.fill(y, 0.5f);
    var centre = new float[shape.size()];
    Arrays.fill(centre, -0.2f);
    double r = 0.15;

    float[] image =
        new Langevin(BoundMeasurement.of(operator, y))
            .walk(centre, r, 100, stepSize, CounterNoise.of("a", 0, "test"), 0);

    double data = 1 / (SIGMA * SIGMA);
    double near = 1 / (r * r);
    double lambda = data + near;
    double step = stepSize / (1.1 * data + near); // the bound of the curvature has a tenth to spare
    double mean = Arrays.stream(doubles(image)).average().orElseThrow();
    double variance =
        Arrays.stream(doubles(image)).map(v -> (v - mean) * (v - mean)).sum() / image.length;
    double expected = 1 / (lambda * (1 - step * lambda / 2));
    // Of 4096 independent values: four standard errors.
    assertThat(mean)
        .isCloseTo((data * 0.5 + near * -0.2) / lambda, within(4 * Math.sqrt(expected / 4096)));
    assertThat(variance / expected).isCloseTo(1, within(4 * Math.sqrt(2.0 / 4096)));
  }

  /**
   * Pixels that are independent of each other, half of them measured: what every step does to mean
   * and variance is known, so the law of the samples is. It is not the posterior's: x0 given x_t is
   * taken for {@code N(x0(x_t), r_t^2)} although x0(x_t) scatters as the prior does already, so
   * that where nothing is measured the variance is more than twice the prior's.
   */
  @Test
  void shouldHaveTheLawThatItsStepsHave() {
    var shape = new ImageShape(64, 64, 1);
    double c = 0.03;
    var variances = new float[shape.size()];
    Arrays.fill(variances, (float) c);
    var prior = new GaussianPrior(shape, SCHEDULE, new float[shape.size()], variances);
    var mask = new float[shape.size()];
    Arrays.fill(mask, 0, mask.length / 2, 1);
    var operator =
        operator(
                "'kind':'inpainting','mask':{'type':'random','leastHidden':0.5,'mostHidden':0.5}",
                shape)
            .bind(Map.of("mask", mask));
    var y = new float[shape.size()];
    Arrays.fill(y, 0, y.length / 2, 0.3f);
    var settings = new DapsSettings(30, 3, 40, 0.5, 1);

    var image =
        Daps.reconstruct(
                prior, List.of(BoundMeasurement.of(operator, y)), ids(1), 0, settings, done -> {})
            .get(0);

    double steepest = new Langevin(BoundMeasurement.of(operator, y)).steepest();
    var measured = Arrays.copyOfRange(image, 0, image.length / 2);
    var hidden = Arrays.copyOfRange(image, image.length / 2, image.length);
    assertLaw(measured, law(c, 1 / (SIGMA * SIGMA), 0.3, steepest, settings));
    double[] free = law(c, 0, 0, steepest, settings);
    assertLaw(hidden, free);
    assertThat(free[1] / c).isBetween(2.0, 3.0);
  }

  private static void assertLaw(float[] values, double[] law) {
    double mean = Arrays.stream(doubles(values)).average().orElseThrow();
    double variance =
        Arrays.stream(doubles(values)).map(v -> (v - mean) * (v - mean)).sum() / values.length;
    assertThat(mean).isCloseTo(law[0], within(4 * Math.sqrt(law[1] / values.length)));
    assertThat(variance / law[1]).isCloseTo(1, within(4 * Math.sqrt(2.0 / values.length)));
  }

  /** Mean and variance of one pixel of variance c, measured with a precision, step by step. */
  private static double[] law(
      double c, double precision, double y, double steepest, DapsSettings settings) {
    double mean = 0;
    double variance = 0;
    int[] levels = Daps.levels(SCHEDULE, settings.levels());
    for (int level = 0; level < levels.length; level++) {
      double a = SCHEDULE.alphaBar(levels[level]);
      double signal = level == 0 ? 0 : Math.sqrt(a);
      double shrink = reverse(c, levels[level], settings.odeSteps());
      double centre = shrink * signal * mean;
      double spread = shrink * shrink * (signal * signal * variance + (level == 0 ? 1 : 1 - a));
      double near = a / (1 - a);
      double lambda = precision + near;
      double step = settings.stepSize() / (steepest + near);
      double rest = Math.pow(1 - step * lambda, settings.langevinSteps());
      double pull = rest + (1 - rest) * near / lambda;
      mean = pull * centre + (1 - rest) * precision * y / lambda;
      variance = pull * pull * spread;
      variance += (1 - rest * rest) / (lambda * (1 - step * lambda / 2));
    }
    return new double[] {mean, variance};
  }

  /** What the reverse equation in a few steps makes of a pixel's state: a number times it. */
  private static double reverse(double c, int t, int steps) {
    double x = 1;
    int taken = Math.min(steps, t + 1);
    for (int i = 0; i < taken; i++) {
      double a = SCHEDULE.alphaBar(t - i * (t + 1) / taken);
      double b = i + 1 < taken ? SCHEDULE.alphaBar(t - (i + 1) * (t + 1) / taken) : 1;
      double clean = c * Math.sqrt(a) / (a * c + 1 - a) * x;
      double eps = (x - Math.sqrt(a) * clean) / Math.sqrt(1 - a);
      x = Math.sqrt(b) * clean + Math.sqrt(1 - b) * eps;
    }
    return x;
  }

  @Test
  void shouldVisitFallingLevelsThatLieWhereTheyShould() {
    int[] levels = Daps.levels(SCHEDULE, 50);

    assertThat(levels[0]).isEqualTo(999);
    for (int i = 1; i < levels.length; i++) {
      assertThat(levels[i]).isLessThan(levels[i - 1]);
    }
    // In the middle of the sequence, half of the way in the seventh root of the deviation.
    double most = deviation(999);
    double least = 0.01;
    double middle =
        Math.pow((Math.pow(most, 1 / 7.0) * 24 + Math.pow(least, 1 / 7.0) * 25) / 49, 7);
    assertThat(deviation(levels[25])).isCloseTo(middle, within(0.02 * middle));
    assertThat(Daps.levels(SCHEDULE, 1000)).hasSize(1000).endsWith(0);
  }

  private static double deviation(int t) {
    double a = SCHEDULE.alphaBar(t);
    return Math.sqrt((1 - a) / a);
  }

  @Test
  void shouldGiveTheSameImageWhateverTheBatch() {
    var prior = GaussianPrior.smooth(SMALL, SCHEDULE);
    var measurements = new ArrayList<BoundMeasurement>();
    for (int i = 0; i < 5; i++) {
      measurements.add(measurement(prior, "ct", i));
    }
    var counts = new ArrayList<Integer>();

    var together = Daps.reconstruct(prior, measurements, ids(5), 0, settings(5), counts::add);
    var pairs = Daps.reconstruct(prior, measurements, ids(5), 0, settings(2), counts::add);
    var again = Daps.reconstruct(prior, measurements, ids(5), 1, settings(5), counts::add);

    assertThat(counts).containsExactly(5, 2, 4, 5, 5);
    for (int i = 0; i < 5; i++) {
      assertThat(pairs.get(i)).isEqualTo(together.get(i));
      assertThat(again.get(i)).as("another sample").isNotEqualTo(together.get(i));
    }
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    var prior = GaussianPrior.smooth(SMALL, SCHEDULE);
    var one = List.of(measurement(prior, "ct", 1));
    assertThatThrownBy(() -> Daps.reconstruct(prior, one, ids(2), 0, settings(1), i -> {}))
        .hasMessage("daps: 2 ids for 1 measurements");
    assertThatThrownBy(() -> Daps.levels(SCHEDULE, 1001))
        .hasMessage("daps: levels must be at most 1000, the timesteps of the prior, got 1001");
    assertThatThrownBy(() -> new DapsSettings(1, 1, 1, 2, 1))
        .hasMessage("daps: step size must be above 0 and below 2, got 2.0");
    var bent = BentOperator.of(one.get(0).operator());
    var y = bent.measure(new float[16]);
    assertThatThrownBy(() -> new Langevin(BoundMeasurement.of(bent, y)))
        .hasMessageContaining("those of a linear operator");
  }

  private static DapsSettings settings(int batch) {
    return new DapsSettings(8, 2, 10, 0.5, batch);
  }

  private static List<String> ids(int count) {
    var ids = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      ids.add("record-" + i);
    }
    return ids;
  }

  private static BoundMeasurement measurement(GaussianPrior prior, String kind, int seed) {
    var random = new Random(seed);
    var standard = random.doubles(SMALL.size()).map(u -> random.nextGaussian()).toArray();
    var truth = plus(prior.mean(), Dense.times(Dense.cholesky(prior.covariance()), standard), 1);
    boolean ct = kind.equals("ct");
    var operator =
        operator(
            ct
                ? "'kind':'ct-parallel','views':3,'detectorBins':6"
                : "'kind':'inpainting','mask':{'type':'box','leastHidden':0.2,'mostHidden':0.4}",
            SMALL);
    if (!ct) {
      operator =
          operator.bind(
              Map.of("mask", new float[] {1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1}));
    }
    return BoundMeasurement.of(operator, operator.simulate(Dense.floats(truth), random));
  }

  private static ForwardOperator operator(String fields, ImageShape shape) {
    try {
      var json = ("{" + fields + ",'noise':{'type':'gaussian','sigma':0.1}}").replace('\'', '"');
      return Operators.create(new ObjectMapper().readTree(json), shape);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
