package org.deftstream.deft.checkpoint.prior;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.prior.BetaSchedule;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.PriorRuntime;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;

/**
 * A model of ONNX or TensorFlow, which is taken as it is: what it is told and answers is asked for.
 */
final class ModelConversion {
  /** Of the sides of an image, where the model takes any: five times half the size. */
  private static final int MULTIPLE = 32;

  private ModelConversion() {}

  static ImportedPrior convert(
      Family family, ModelConfig.Format format, PriorRuntime.Model told, Answers answers) {
    var network = told.network();
    boolean any = network.height() == 0 || network.width() == 0;
    int size = any ? answers.integer("--size", null, "pixels of a side to try it with") : 0;
    var scheduler =
        told.alphaBar().isEmpty() ? Schedules.asked(answers, null) : schedule(told.alphaBar());
    answers.requireAll(family);
    var config =
        Schedules.checked(
            () ->
                new ModelConfig(
                    format,
                    any ? size : network.height(),
                    any ? size : network.width(),
                    network.channels(),
                    any,
                    any ? MULTIPLE : 1,
                    network.oneByOne(),
                    network.channelsLast(),
                    network.sample(),
                    network.time(),
                    network.timeType(),
                    network.timeScalar(),
                    network.output()));
    return new ImportedPrior(family, config, scheduler, told.weights(), told.files());
  }

  /** The betas of a schedule that the model carries. */
  private static SchedulerConfig schedule(List<Double> alphaBar) {
    var betas = new ArrayList<Double>();
    double before = 1;
    for (double kept : alphaBar) {
      betas.add(1 - kept / before);
      before = kept;
    }
    return Schedules.checked(
        () ->
            new BetaSchedule(betas.size(), 1e-4, 2e-2, "linear", betas, false, Prediction.EPSILON));
  }
}
