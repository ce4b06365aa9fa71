package org.deftstream.deft.checkpoint.prior;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.PriorLayout;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SigmaSchedule;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.JsonText;

/** A folder of diffusers: already in our names, but for a learned variance and pickled weights. */
final class DiffusersConversion {
  private static final int SCORE_STEPS = 2000;
  private static final double SCORE_SIGMA_MIN = 0.01;

  private DiffusersConversion() {}

  static ImportedPrior convert(
      PriorLayout layout, Map<String, TensorSource> weights, Answers answers) {
    var json = JsonText.readObject(layout.network());
    var network = parse(layout.network(), j -> NetworkConfig.parse(j));
    var scheduler =
        layout.scheduler() == null
            ? asked(network, answers)
            : parse(layout.scheduler(), SchedulerConfig::parse);
    answers.requireAll(Family.DIFFUSERS);
    var kept = new LinkedHashMap<>(weights);
    int channels = network.inChannels();
    if (network.outChannels() == 2 * channels) {
      kept.replaceAll((name, t) -> name.startsWith("conv_out.") ? firstHalf(name, t, channels) : t);
      json.put("out_channels", channels);
      network = Schedules.checked(() -> NetworkConfig.parse(json));
    }
    return new ImportedPrior(Family.DIFFUSERS, network, scheduler, kept);
  }

  /** A network that was saved alone, without what says how it was trained. */
  private static SchedulerConfig asked(NetworkConfig network, Answers answers) {
    boolean score = network.told() == NetworkConfig.Told.LEVEL;
    String option = score ? "--sigma-max" : "--schedule";
    if (!answers.has(option)) {
      throw new UserError(
          "it has no scheduler_config.json, beside config.json or in scheduler/, which says how it was"
              + " trained: say "
              + (score
                  ? "--sigma-max, the greatest noise level of NCSN++"
                  : "--schedule linear, scaled_linear or cosine, and --predicts and --timesteps where"
                      + " they are not epsilon and 1000"));
    }
    if (!score) {
      return Schedules.asked(answers, null);
    }
    int steps = answers.integer("--timesteps", SCORE_STEPS, "");
    double most = answers.number(option, 1);
    return Schedules.checked(() -> SigmaSchedule.score(steps, SCORE_SIGMA_MIN, most));
  }

  private static TensorSource firstHalf(String name, TensorSource tensor, int channels) {
    if (tensor.shape().length == 0 || tensor.shape()[0] != 2 * channels) {
      throw new UserError("weight " + name + " has not " + 2 * channels + " rows");
    }
    return TensorRows.first(tensor, channels);
  }

  private static <T> T parse(Path file, Function<ObjectNode, T> parser) {
    try {
      return parser.apply(JsonText.readObject(file));
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }
}
