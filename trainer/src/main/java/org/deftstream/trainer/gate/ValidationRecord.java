package org.deftstream.trainer.gate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.deftstream.deft.metrics.Bootstrap;
import org.deftstream.trainer.gate.PromotionGate.Judgement;

/** What a validation found, as the manifest's {@code validation} states it. Stateless. */
public final class ValidationRecord {
  private static final long SEED = 1;

  private ValidationRecord() {}

  /**
   * The figures of one adapter: {@code pairs}, {@code sampler}, and, if all pairs were answered,
   * {@code psnr} with its 95 % interval, {@code residual.low} and {@code .high} and the rule that
   * they follow, and for several samples {@code deviation.factor} and its rule.
   */
  public static ObjectNode of(ContenderScores figures) {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("pairs", figures.psnr().length).put("sampler", figures.sampler());
    if (figures.complete()) {
      var psnr = Bootstrap.mean(figures.psnr(), SEED);
      json.put("psnr", rounded(psnr.mean()));
      json.put("psnrLow", rounded(psnr.low())).put("psnrHigh", rounded(psnr.high()));
      var range = ResidualRange.of(figures.residual());
      json.putObject("residual")
          .put("low", rounded(range.low()))
          .put("high", rounded(range.high()))
          .put("rule", ResidualRange.RULE);
      if (Double.isFinite(figures.deviationFactor())) {
        json.putObject("deviation")
            .put("factor", rounded(figures.deviationFactor()))
            .put("rule", SpreadFit.RULE);
      }
    }
    return json;
  }

  /**
   * All figures of the candidate, {@code promoted}, {@code reason}, the margin, and per rival the
   * paired improvement with its interval.
   */
  public static ObjectNode of(Judgement judgement, double margin) {
    var json = of(judgement.candidate());
    json.put("promoted", judgement.promoted()).put("reason", judgement.reason());
    json.put("marginDb", margin);
    var rivals = json.putArray("against");
    for (var duel : judgement.duels()) {
      var gain = duel.improvement();
      rivals
          .addObject()
          .put("name", duel.rival().name())
          .put("sampler", duel.rival().sampler())
          .put("psnr", rounded(duel.rival().meanPsnr()))
          .put("improvementDb", rounded(gain.mean()))
          .put("low", rounded(gain.low()))
          .put("high", rounded(gain.high()))
          .put("cautious", rounded(duel.cautious()));
    }
    return json;
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }
}
