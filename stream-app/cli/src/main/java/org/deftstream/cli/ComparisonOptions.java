package org.deftstream.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.evaluation.MethodTypes;
import org.deftstream.deft.evaluation.Plan;
import org.deftstream.deft.evaluation.PlannedMethod;
import org.deftstream.deft.evaluation.PlannedTask;
import org.deftstream.deft.htransform.HTransforms;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.MethodSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.Nearest;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A comparison on one task, put together on the command line instead of in a plan. */
@OptionHeading("What is compared")
final class ComparisonOptions {
  private static final String SOURCE = "images";
  private static final int LARGEST_BATCH = 4096;

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description = "The task, for example head-ct-64/ct-sparse-20.")
  String task;

  @Mixin private ImageOptions images;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description = "A training-free method instead of the task's own; may be repeated.")
  private List<String> methods = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "NAME=V,V,...",
      description =
          "Values of a method's parameter, or of its sampler's steps, samples or noiseLevel;"
              + " several make a grid.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--lambda",
      split = ",",
      paramLabel = "L",
      description = "Values of DiffPIR's lambda: the same as --set lambda=...")
  private List<Double> lambdas = new ArrayList<>();

  @Option(
      names = "--zeta",
      split = ",",
      paramLabel = "Z",
      description = "Noise levels of the training-free methods' sampler.")
  private List<Double> zetas = new ArrayList<>();

  @Option(
      names = "--eta",
      split = ",",
      paramLabel = "E",
      description = "Noise levels of the adapter's sampler.")
  private List<Double> etas = new ArrayList<>();

  @Option(names = "--steps", split = ",", paramLabel = "N", description = "Steps per sample.")
  private List<Integer> steps = new ArrayList<>();

  @Option(
      names = "--samples",
      defaultValue = "1",
      paramLabel = "K",
      description = "Samples per measurement (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--restarts",
      defaultValue = "1",
      paramLabel = "R",
      description = "Reconstruct so often; the smallest residual counts.")
  private int restarts;

  @Option(names = "--adapter", paramLabel = "DIR", description = "Directory of an adapter.")
  private List<Path> adapters = new ArrayList<>();

  @Option(names = "--no-training-free", description = "Leave the training-free method out.")
  private boolean adapterOnly;

  @Option(
      names = "--features",
      paramLabel = "NAME",
      description = "Classifier for Frechet and kernel distances, for example fashion-mnist.")
  private String features;

  @Option(
      names = "--calibration",
      paramLabel = "FROM:TO",
      description = "Validation images on which the uncertainty is calibrated.")
  private String calibration;

  @Option(
      names = "--seed",
      split = ",",
      defaultValue = "1",
      paramLabel = "S",
      description = "Seeds of masks and noise; each measures every image once.")
  private List<Long> seeds = new ArrayList<>();

  @Option(
      names = "--batch",
      defaultValue = "16",
      paramLabel = "N",
      description = "Largest batch (default: ${DEFAULT-VALUE}).")
  private int batch;

  /**
   * The plan that was meant.
   *
   * @throws UserError if it does not fit together
   */
  Plan plan(Task of) {
    if (images.source() == null) {
      throw new UserError("--images is missing: where the images of task " + task + " are");
    }
    if (adapterOnly && adapters.isEmpty()) {
      throw new UserError("--no-training-free leaves nothing to compare; name an --adapter");
    }
    if (batch < 1 || batch > LARGEST_BATCH) {
      throw new UserError("--batch must be from 1 to " + LARGEST_BATCH + ", got " + batch);
    }
    try {
      var chosen = methods(of);
      var planned =
          new PlannedTask(
              task,
              Optional.empty(),
              SOURCE,
              images.chosen(),
              Optional.ofNullable(calibration).map(images::chosen),
              seeds,
              Optional.ofNullable(features),
              Optional.empty(),
              chosen);
      return new Plan(
          "comparison",
          "Methods on " + task,
          "",
          batch,
          Map.of(SOURCE, images.source().toString()),
          List.of(planned));
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private List<PlannedMethod> methods(Task of) {
    var all = new ArrayList<PlannedMethod>();
    all.add(
        new PlannedMethod(
            "pseudo-inverse", "pseudo-inverse", Map.of(), Optional.empty(), Optional.empty(), 1));
    if (!adapterOnly) {
      for (String name : methods.isEmpty() ? List.of(of.trainingFree().method()) : methods) {
        all.addAll(trainingFree(of.trainingFree(), name));
      }
    }
    for (Path adapter : adapters) {
      all.addAll(
          new MethodGrid()
              .with("noiseLevel", etas)
              .with("steps", steps)
              .methods(
                  "adapter",
                  String.valueOf(adapter.getFileName()),
                  Map.of(),
                  Optional.of(of.learnedSampler().withSamples(samples)),
                  Optional.of(adapter.toString()),
                  restarts));
    }
    return all;
  }

  private List<PlannedMethod> trainingFree(MethodSettings own, String name) {
    if (!MethodTypes.names().contains(name)) {
      throw new UserError(
          "unknown method '" + name + "'" + Nearest.hint(name, MethodTypes.names()));
    }
    boolean same = name.equals(own.method());
    var sampler =
        HTransforms.methods().contains(name)
            ? Optional.of((same ? own.sampler() : plain(own.sampler())).withSamples(samples))
            : Optional.<SamplerSettings>empty();
    return new MethodGrid()
        .with("noiseLevel", zetas)
        .with("steps", steps)
        .with("lambda", lambdas)
        .with(settings)
        .methods(
            name, name, same ? own.parameters() : Map.of(), sampler, Optional.empty(), restarts);
  }

  /** DDIM with eta 1 on a uniform grid, with the task's number of steps. */
  private static SamplerSettings plain(SamplerSettings own) {
    return new SamplerSettings(
        own.steps(), SamplerSettings.TimeGrid.UNIFORM, SamplerSettings.NoiseRule.ETA, 1, 1);
  }
}
