package org.deftstream.deft.checkpoint.prior;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.prior.BetaSchedule;
import org.deftstream.deft.prior.OnnxConfig;
import org.deftstream.deft.prior.PriorRuntime;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;

/** A model of ONNX, which is taken as it is: what it is told and answers is asked for. */
final class OnnxConversion {
  /** Of the sides of an image, where the model takes any: five times half the size. */
  private static final int MULTIPLE = 32;

  private OnnxConversion() {}

  static ImportedPrior convert(Path model, PriorRuntime.Description told, Answers answers) {
    var network = told.network();
    boolean any = network.height() == 0 || network.width() == 0;
    int size = any ? answers.integer("--size", null, "pixels of a side to try it with") : 0;
    var scheduler =
        told.alphaBar().isEmpty() ? Schedules.asked(answers, null) : schedule(told.alphaBar());
    answers.requireAll(Family.ONNX);
    var config =
        Schedules.checked(
            () ->
                new OnnxConfig(
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
    return new ImportedPrior(Family.ONNX, config, scheduler, Map.of(), files(model, told.files()));
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

  /** The model, and the files beside it that hold its weights. */
  private static List<Path> files(Path model, List<String> names) {
    var all = new ArrayList<Path>(List.of(model));
    names.forEach(name -> all.add(model.resolveSibling(name)));
    return all;
  }
}
