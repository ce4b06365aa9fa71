package org.deftstream.deft.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CounterNoiseTest {
  private static final String SAMPLER = "ddim steps=20";

  @Test
  void shouldDependOnIdSampleSamplerAndStepOnly() {
    var noise = CounterNoise.of("m-1", 0, SAMPLER);
    var first = filled(noise, 100, 500);

    filled(noise, 7, 3); // Whatever else was drawn does not matter.

    assertThat(filled(CounterNoise.of("m-1", 0, SAMPLER), 100, 500)).containsExactly(first);
    assertThat(filled(CounterNoise.ofSeed(noise.seed(), 0), 100, 500)).containsExactly(first);
    assertThat(filled(noise, 37, 500)).containsExactly(Arrays.copyOf(first, 37));
    assertThat(filled(noise, 100, 499)).doesNotContain(first);
    assertThat(filled(noise, 100, CounterNoise.INITIAL)).doesNotContain(first);
    assertThat(filled(CounterNoise.of("m-1", 1, SAMPLER), 100, 500)).doesNotContain(first);
    assertThat(filled(CounterNoise.of("m-2", 0, SAMPLER), 100, 500)).doesNotContain(first);
    assertThat(filled(CounterNoise.of("m-1", 0, "ddim steps=21"), 100, 500)).doesNotContain(first);
  }

  @Test
  void shouldKeepIdAndSamplerApart() {
    assertThat(CounterNoise.of("bc", 0, "a").seed())
        .isNotEqualTo(CounterNoise.of("c", 0, "ab").seed());
  }

  @Test
  void shouldGiveTheSameBitsAsEver() {
    // Computed once in Python, from the definitions. A change here would change every published
    // reconstruction.
    var noise = CounterNoise.of("m-1", 0, SAMPLER);
    assertThat(noise.seed()).isEqualTo(-7706262866961909100L);
    assertThat(filled(noise, 3, 500)).containsExactly(-0.83611184f, -1.1731199f, -0.5872108f);
  }

  @Test
  void shouldBeNormal() {
    int n = 400_000;
    var values = filled(CounterNoise.of("normality", 0, SAMPLER), n, 0);

    assertThat(moment(values, 1)).isCloseTo(0, within(4 / Math.sqrt(n)));
    assertThat(moment(values, 2)).isCloseTo(1, within(4 * Math.sqrt(2.0 / n)));
    assertThat(moment(values, 3)).isCloseTo(0, within(4 * Math.sqrt(15.0 / n)));
    assertThat(moment(values, 4)).isCloseTo(3, within(4 * Math.sqrt(96.0 / n)));

    // Kolmogorov-Smirnov: D sqrt(n) above 1.95 has probability 0.001.
    Arrays.sort(values);
    double distance = 0;
    for (int i = 0; i < n; i++) {
      double expected = cumulative(values[i]);
      distance = Math.max(distance, Math.max(expected - (double) i / n, (i + 1.0) / n - expected));
    }
    assertThat(distance * Math.sqrt(n)).isLessThan(1.95);
  }

  @Test
  void shouldNotCorrelateNeighboursStepsOrSamples() {
    int n = 100_000;
    var a = filled(CounterNoise.of("m", 0, SAMPLER), n, 1);
    var nextStep = filled(CounterNoise.of("m", 0, SAMPLER), n, 2);
    var nextSample = filled(CounterNoise.of("m", 1, SAMPLER), n, 1);
    double limit = 4 / Math.sqrt(n);

    assertThat(correlation(a, nextStep, 0)).isCloseTo(0, within(limit));
    assertThat(correlation(a, nextSample, 0)).isCloseTo(0, within(limit));
    for (int lag = 1; lag <= 8; lag++) {
      assertThat(correlation(a, a, lag)).as("lag %s", lag).isCloseTo(0, within(limit));
    }
  }

  private static float[] filled(CounterNoise noise, int size, int step) {
    var out = new float[size];
    noise.fill(out, step);
    return out;
  }

  private static double moment(float[] values, int power) {
    double sum = 0;
    for (float value : values) {
      sum += Math.pow(value, power);
    }
    return sum / values.length;
  }

  private static double correlation(float[] a, float[] b, int lag) {
    double sum = 0;
    for (int i = 0; i + lag < a.length; i++) {
      sum += (double) a[i] * b[i + lag];
    }
    return sum / (a.length - lag);
  }

  /** The normal distribution function, by the series of Marsaglia (J. Stat. Software 11, 2004). */
  private static double cumulative(double x) {
    double sum = x;
    double term = x;
    for (int i = 3; Math.abs(term) > 1e-16; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
