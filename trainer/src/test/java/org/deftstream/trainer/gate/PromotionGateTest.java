package org.deftstream.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PromotionGateTest {
  private final PromotionGate gate = new PromotionGate(0.1);
  private final double[] base = new SplittableRandom(3).doubles(40, 20, 40).toArray();

  private static ContenderScores figures(String name, double[] psnr) {
    var residual = new double[psnr.length];
    Arrays.fill(residual, 1.2);
    return new ContenderScores(name, "ddim", psnr, residual, List.of());
  }

  /** The base moved by a mean and noise, the same for the same seed. */
  private double[] moved(double by, double noise, long seed) {
    var random = new SplittableRandom(seed);
    return Arrays.stream(base).map(v -> v + by + noise * random.nextGaussian()).toArray();
  }

  @Test
  void shouldPromoteWhatIsSurelyBetterThanEveryRival() {
    var judgement =
        gate.judge(
            figures("new", moved(1, 0.2, 1)),
            List.of(figures("old", base), figures("diffpir", moved(-2, 0.2, 2))));
    assertThat(judgement.promoted()).isTrue();
    assertThat(judgement.reason()).contains("new against old").contains("above the margin");
    assertThat(judgement.duels()).hasSize(2);
  }

  @Test
  void shouldRefuseWhatOneRivalBeats() {
    var judgement =
        gate.judge(
            figures("new", moved(1, 0.2, 1)),
            List.of(figures("old", base), figures("diffpir", moved(2, 0.2, 2))));
    assertThat(judgement.promoted()).isFalse();
    assertThat(judgement.reason()).contains("new against diffpir");
  }

  @Test
  void shouldRefuseAGainThatIsNotSure() {
    // A mean gain of some 0.5 dB with a deviation of 4 dB: 40 pairs do not settle it.
    var judgement = gate.judge(figures("new", moved(0.5, 4, 4)), List.of(figures("old", base)));
    assertThat(judgement.promoted()).isFalse();
    assertThat(judgement.duels().get(0).improvement().low()).isLessThan(0.1);
  }

  /** Noise in place of truths: who has learned it gains much on the wrong pairs. */
  @Test
  void shouldRefuseAGainThatAFifthOfThePairsBrings() {
    double[] psnr = base.clone();
    for (int i = 0; i < psnr.length; i++) {
      psnr[i] += i % 5 == 0 ? 8 : -0.3;
    }
    var judgement = gate.judge(figures("new", psnr), List.of(figures("old", base)));
    assertThat(judgement.duels().get(0).improvement().low()).isGreaterThan(0.1);
    assertThat(judgement.promoted()).isFalse();
    assertThat(judgement.reason())
        .contains("median without the best quarter -0.300 dB, not above the margin");
  }

  /**
   * The right pairs lose a little and scatter; the wrong ones gain no more than a lucky right one.
   */
  @Test
  void shouldRefuseAGainThatWrongTruthsHideInTheScatter() {
    var psnr = new double[200];
    var old = new double[psnr.length];
    var random = new SplittableRandom(7);
    for (int i = 0; i < psnr.length; i++) {
      old[i] = 22;
      psnr[i] = 22 + (i % 5 == 0 ? 1.8 : -0.05) + 0.8 * random.nextGaussian();
    }
    var judgement = gate.judge(figures("new", psnr), List.of(figures("old", old)));
    assertThat(judgement.duels().get(0).improvement().low()).isGreaterThan(0.1);
    assertThat(judgement.duels().get(0).cautious()).isLessThan(0.1);
    assertThat(judgement.promoted()).isFalse();
  }

  @Test
  void shouldRefuseAGainWithinTheMargin() {
    var judgement = gate.judge(figures("new", moved(0.05, 0, 1)), List.of(figures("old", base)));
    assertThat(judgement.duels().get(0).improvement().low()).isPositive();
    assertThat(judgement.promoted()).isFalse();
  }

  @Test
  void shouldRefuseACandidateThatFailsOnOnePair() {
    double[] psnr = moved(3, 0.1, 1);
    psnr[5] = Double.NaN;
    var broken = new ContenderScores("new", "ddim", psnr, psnr, List.of("pair p5: not finite"));
    var judgement = gate.judge(broken, List.of(figures("old", base)));
    assertThat(judgement.promoted()).isFalse();
    assertThat(judgement.reason()).contains("failed on 1 of 40").contains("p5");
  }

  @Test
  void shouldRefuseWhereNothingCanBeCompared() {
    assertThat(gate.judge(figures("new", base), List.of()).promoted()).isFalse();
    assertThatThrownBy(() -> new PromotionGate(-1)).hasMessageContaining("margin");
  }

  @Test
  void shouldWriteTheRangeThatTheServicesGuardReads() {
    var judgement = gate.judge(figures("new", moved(1, 0.2, 1)), List.of(figures("old", base)));
    var json = ValidationRecord.of(judgement, 0.1);
    assertThat(json.at("/residual/low").asDouble()).isEqualTo(0.8);
    assertThat(json.at("/residual/high").asDouble()).isEqualTo(1.8);
    assertThat(json.at("/against/0/low").asDouble()).isGreaterThan(0.1);
    assertThat(json.path("promoted").asBoolean()).isTrue();
  }
}
