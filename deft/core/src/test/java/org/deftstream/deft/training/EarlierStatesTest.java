package org.deftstream.deft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.junit.jupiter.api.Test;

class EarlierStatesTest {
  private static final NoiseSchedule SCHEDULE = NoiseSchedule.linear(1000, 1e-4, 2e-2);

  /** The forward process: from x_t to x_s as from the image, whatever is between. */
  @Test
  void shouldHaveTheLawOfTheForwardProcess() {
    int t = 200;
    double a = SCHEDULE.alphaBar(t);
    float x0 = 0.7f;
    var random = new SplittableRandom(1);
    var x = new float[20_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (Math.sqrt(a) * x0 + Math.sqrt(1 - a) * random.nextGaussian());
    }

    var states = EarlierStates.of(x, t, SCHEDULE, random);

    int gap = states.get(0).t() - t;
    assertThat(states).hasSize(Math.min(EarlierStates.LONGEST, (SCHEDULE.steps() - 1 - t) / gap));
    for (int s = 0; s < states.size(); s++) {
      var state = states.get(s);
      assertThat(state.t()).isEqualTo(t + (s + 1) * gap);
      double b = SCHEDULE.alphaBar(state.t());
      double mean = 0;
      double square = 0;
      double product = 0;
      for (int i = 0; i < x.length; i++) {
        double noise = state.x()[i] - Math.sqrt(b) * x0;
        mean += noise / x.length;
        square += noise * noise / x.length;
        product += noise * (x[i] - Math.sqrt(a) * x0) / x.length;
      }
      assertThat(mean).isCloseTo(0, within(0.03));
      assertThat(square).isCloseTo(1 - b, within(0.03));
      // What x_t holds of noise is kept, and shrinks with the signal.
      assertThat(product).isCloseTo(Math.sqrt(b / a) * (1 - a), within(0.03));
    }
  }

  @Test
  void shouldNotLookBackBeyondTheLastTimestep() {
    var random = new SplittableRandom(2);
    for (int i = 0; i < 200; i++) {
      assertThat(EarlierStates.of(new float[4], 999, SCHEDULE, random)).isEmpty();
      assertThat(EarlierStates.of(new float[4], 960, SCHEDULE, random).size()).isLessThan(2);
      EarlierStates.of(new float[4], random.nextInt(1000), SCHEDULE, random)
          .forEach(state -> assertThat(state.t()).isLessThan(1000));
    }
  }
}
