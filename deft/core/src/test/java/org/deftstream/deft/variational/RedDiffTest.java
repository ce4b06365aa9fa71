package org.deftstream.deft.variational;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.Dense.doubles;
import static org.deftstream.deft.Dense.norm;
import static org.deftstream.deft.Dense.plus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.BentOperator;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedDiffTest {
  private static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  private static final double SIGMA = 0.1;

  private final GaussianPrior prior =
      GaussianPrior.smooth(SHAPE, NoiseSchedule.linear(1000, 1e-4, 2e-2));

  /**
   * The point is not the posterior's mean, because the weights of the loss are not those of the
   * posterior: the bias depends on lambda, and is measured here in posterior standard deviations
   * (of all pixels together).
   */
  @ParameterizedTest
  @CsvSource({
    "ct, 0.25, 0.62, 0.80",
    "ct, 0.05, 0.80, 1.00",
    "inpainting, 0.25, 0.52, 0.70",
    "inpainting, 0.05, 0.53, 0.72"
  })
  void shouldMeasureTheBias(String kind, double lambda, double least, double most) {
    var measurement = measurement(kind, 7);
    var a = Dense.matrix(measurement.operator());
    var mean = prior.posteriorMean(a, SIGMA, doubles(measurement.measurement()));
    var covariance = prior.posteriorCovariance(a, SIGMA);
    double variance = 0;
    for (int i = 0; i < mean.length; i++) {
      variance += covariance[i][i];
    }

    double[] answer = doubles(reconstruct(List.of(measurement), 4, lambda).get(0));

    double error = norm(plus(answer, mean, -1)) / Math.sqrt(variance);
    assertThat(error).isBetween(least, most);
    var pseudoInverse = measurement.operator().pseudoInverse(measurement.measurement());
    double start = norm(plus(doubles(pseudoInverse), mean, -1)) / Math.sqrt(variance);
    assertThat(error).as("nearer than where it starts").isLessThan(start / 1.5);
  }

  @Test
  void shouldExplainAMeasurementThatIsNotLinear() {
    var bent = BentOperator.of(measurement("inpainting", 1).operator());
    var truth = new float[16];
    for (int i = 0; i < 16; i++) {
      truth[i] = (float) (0.6 * Math.sin(i));
    }
    var y = bent.measure(truth);

    float[] image = reconstruct(List.of(BoundMeasurement.of(bent, y)), 1, 0.01).get(0);

    // The pseudo-inverse, where it starts, is off by x^3: up to 0.2.
    for (int i = 0; i < 16; i++) {
      if (y[i] != 0) {
        assertThat(image[i]).isCloseTo(truth[i], within(0.03f));
      }
    }
  }

  @Test
  void shouldGiveTheSameImageWhateverTheBatch() {
    var measurements = new ArrayList<BoundMeasurement>();
    for (int i = 0; i < 5; i++) {
      measurements.add(measurement("inpainting", i));
    }
    var counts = new ArrayList<Integer>();

    var together =
        RedDiff.reconstruct(prior, measurements, ids(5), 0, settings(5, 60), counts::add);
    var pairs = RedDiff.reconstruct(prior, measurements, ids(5), 0, settings(2, 60), counts::add);
    var again = RedDiff.reconstruct(prior, measurements, ids(5), 1, settings(5, 60), i -> {});

    assertThat(counts).containsExactly(5, 2, 4, 5);
    for (int i = 0; i < 5; i++) {
      assertThat(pairs.get(i)).isEqualTo(together.get(i));
      assertThat(again.get(i)).as("another sample").isNotEqualTo(together.get(i));
    }
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    var one = List.of(measurement("inpainting", 1));
    assertThatThrownBy(() -> RedDiff.reconstruct(prior, one, ids(2), 0, settings(1, 10), i -> {}))
        .hasMessage("red-diff: 2 ids for 1 measurements");
    assertThatThrownBy(() -> RedDiff.reconstruct(prior, one, ids(1), 0, settings(1, 1001), i -> {}))
        .hasMessage("red-diff: steps must be at most 1000, those of the prior, got 1001");
    var other = GaussianPrior.ramp(new ImageShape(8, 8, 1));
    assertThatThrownBy(() -> RedDiff.reconstruct(other, one, ids(1), 0, settings(1, 10), i -> {}))
        .hasMessageContaining(
            "images of 4x4x1; prior gaussian: the prior takes images of 8x8x1 only");
    assertThatThrownBy(() -> new RedDiffSettings(10, 0, 1, 1))
        .hasMessage("red-diff: learning rate must be a number above 0, got 0.0");
  }

  private List<float[]> reconstruct(List<BoundMeasurement> measurements, int batch, double lambda) {
    var settings = new RedDiffSettings(1000, 0.02, lambda, batch);
    return RedDiff.reconstruct(prior, measurements, ids(measurements.size()), 0, settings, i -> {});
  }

  private static RedDiffSettings settings(int batch, int steps) {
    return new RedDiffSettings(steps, 0.05, 0.25, batch);
  }

  private static List<String> ids(int count) {
    var ids = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      ids.add("record-" + i);
    }
    return ids;
  }

  private BoundMeasurement measurement(String kind, int seed) {
    var random = new Random(seed);
    var standard = random.doubles(SHAPE.size()).map(u -> random.nextGaussian()).toArray();
    var truth = plus(prior.mean(), Dense.times(Dense.cholesky(prior.covariance()), standard), 1);
    String spec =
        kind.equals("ct")
            ? "{'kind':'ct-parallel','views':3,'detectorBins':6"
            : "{'kind':'inpainting','mask':{'type':'box','leastHidden':0.2,'mostHidden':0.4}";
    try {
      var json = (spec + ",'noise':{'type':'gaussian','sigma':0.1}}").replace('\'', '"');
      var unbound = Operators.create(new ObjectMapper().readTree(json), SHAPE);
      var mask = new float[] {1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1};
      var operator = unbound.bind(kind.equals("ct") ? Map.of() : Map.of("mask", mask));
      return BoundMeasurement.of(operator, operator.simulate(Dense.floats(truth), random));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
