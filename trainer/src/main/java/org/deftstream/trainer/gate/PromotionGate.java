package org.deftstream.trainer.gate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.deftstream.deft.metrics.Bootstrap;

/**
 * The rule of promotion. Immutable.
 *
 * @param margin least improvement in dB that is worth a change: the lower end of the 95 % interval
 *     of the paired improvement must lie above it, against every rival, and so must the median of
 *     the improvements without the quarter that gained most. Who learned from wrong truths gains on
 *     wrong ones: with up to a quarter of those among the pairs, what is left has its median at or
 *     below that of the right pairs
 */
public record PromotionGate(double margin) {
  private static final long SEED = 1;

  /** Checks the range. */
  public PromotionGate {
    if (!(margin >= 0)) {
      throw new IllegalArgumentException("the margin must be 0 dB or more, got " + margin);
    }
  }

  /**
   * A candidate against one rival.
   *
   * @param rival the rival's figures
   * @param improvement mean of the paired PSNR difference in dB, and its 95 % interval
   * @param cautious median of the differences without the greatest quarter, in dB
   */
  public record Duel(ContenderScores rival, Bootstrap.Interval improvement, double cautious) {
    /** What the margin is compared with. */
    double sure() {
      return Math.min(improvement.low(), cautious);
    }
  }

  /**
   * The outcome.
   *
   * @param promoted whether the candidate is to be published
   * @param reason why or why not, in one line
   * @param candidate the candidate's figures
   * @param duels one for each rival that could be compared
   */
  public record Judgement(
      boolean promoted, String reason, ContenderScores candidate, List<Duel> duels) {}

  /**
   * Judges a candidate.
   *
   * @param rivals the serving adapter, if there is one, and training-free methods; a rival that
   *     fails on some pair loses to one that answers all
   */
  public Judgement judge(ContenderScores candidate, List<ContenderScores> rivals) {
    if (!candidate.complete()) {
      return new Judgement(
          false,
          candidate.name()
              + " failed on "
              + candidate.failures().size()
              + " of "
              + candidate.psnr().length
              + " validation pairs: "
              + candidate.failure().orElse("a value is not finite"),
          candidate,
          List.of());
    }
    var duels = new ArrayList<Duel>();
    for (var rival : rivals) {
      if (rival.complete()) {
        duels.add(
            new Duel(
                rival,
                Bootstrap.paired(candidate.psnr(), rival.psnr(), SEED),
                cautious(candidate.psnr(), rival.psnr())));
      }
    }
    if (duels.isEmpty()) {
      return new Judgement(
          false, "no rival answered all validation pairs, so nothing is known", candidate, duels);
    }
    // The hardest rival decides, and is the one that the reason names.
    var hardest = duels.stream().min(Comparator.comparingDouble(Duel::sure)).get();
    boolean better = hardest.sure() > margin;
    return new Judgement(better, reason(candidate, hardest, better), candidate, duels);
  }

  private static double cautious(double[] a, double[] b) {
    var differences = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      differences[i] = a[i] - b[i];
    }
    Arrays.sort(differences);
    int kept = differences.length - differences.length / 4;
    return (differences[(kept - 1) / 2] + differences[kept / 2]) / 2;
  }

  private String reason(ContenderScores candidate, Duel duel, boolean better) {
    var gain = duel.improvement();
    return String.format(
        Locale.ROOT,
        "%s against %s on %d pairs: %.2f dB against %.2f dB, improvement %+.3f dB, 95 %% interval"
            + " %+.3f to %+.3f dB, median without the best quarter %+.3f dB, %s the margin of %.3f dB",
        candidate.name(),
        duel.rival().name(),
        candidate.psnr().length,
        candidate.meanPsnr(),
        duel.rival().meanPsnr(),
        gain.mean(),
        gain.low(),
        gain.high(),
        duel.cautious(),
        better ? "above" : "not above",
        margin);
  }
}
