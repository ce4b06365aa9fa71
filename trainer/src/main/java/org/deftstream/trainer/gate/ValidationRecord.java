package org.deftstream.trainer.gate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.deftstream.deft.metrics.Bootstrap;
import org.deftstream.trainer.gate.Gate.Judgement;

/** A judgement as the manifest's {@code validation} states it. Stateless. */
public final class ValidationRecord {
  private static final long SEED = 1;

  private ValidationRecord() {}

  /**
   * All figures: {@code pairs}, {@code psnr} with its 95 % interval, {@code residual.low} and
   * {@code .high}, {@code promoted}, {@code reason}, and per rival the paired improvement with its
   * interval.
   */
  public static ObjectNode of(Judgement judgement, double margin) {
    var candidate = judgement.candidate();
    var json = JsonNodeFactory.instance.objectNode();
    json.put("pairs", candidate.psnr().length).put("sampler", candidate.sampler());
    json.put("promoted", judgement.promoted()).put("reason", judgement.reason());
    json.put("marginDb", margin);
    if (candidate.complete()) {
      var psnr = Bootstrap.mean(candidate.psnr(), SEED);
      json.put("psnr", rounded(psnr.mean()));
      json.put("psnrLow", rounded(psnr.low())).put("psnrHigh", rounded(psnr.high()));
      var range = ResidualRange.of(candidate.residual());
      json.putObject("residual")
          .put("low", rounded(range.low()))
          .put("high", rounded(range.high()));
    }
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
          .put("middle", rounded(duel.middle()));
    }
    return json;
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }
}
