package org.deftstream.service.control;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.TimeSteps;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.JsonText;
import org.deftstream.deft.text.Nearest;
import org.deftstream.schemas.avro.AdapterControl;

/** Finds the task and the prior that a control record is about. Immutable and thread-safe. */
final class TaskResolver {
  private final Map<String, Task> shipped;
  private final PriorCatalog priors;

  /**
   * A resolver.
   *
   * @param shipped tasks that the instance knows by itself
   * @param priors priors that it has
   */
  TaskResolver(Collection<Task> shipped, PriorCatalog priors) {
    this.shipped = shipped.stream().collect(Collectors.toUnmodifiableMap(Task::name, t -> t));
    this.priors = priors;
  }

  Collection<Task> shipped() {
    return shipped.values();
  }

  /** The task: the record's definition if it has one, else the shipped task of that name. */
  Task task(AdapterControl state) {
    if (state.getDefinition() == null) {
      var task = shipped.get(state.getTask());
      if (task == null) {
        throw new AdapterRefusedException(
            "task '"
                + state.getTask()
                + "' is not known here and its control record has no definition"
                + Nearest.hint(state.getTask(), shipped.keySet()));
      }
      return task;
    }
    Function<String, ImageShape> shapeOfPrior = name -> prior(name).imageShape();
    Task task;
    try {
      task = Task.parse(state.getDefinition(), shapeOfPrior);
    } catch (IllegalArgumentException e) {
      throw new AdapterRefusedException(
          "definition of task '" + state.getTask() + "': " + e.getMessage(), e);
    }
    if (!task.name().equals(state.getTask())) {
      throw new AdapterRefusedException(
          "control record of task '" + state.getTask() + "' defines task '" + task.name() + "'");
    }
    requireSteps(task.trainingFree().sampler(), prior(task.prior()), "trainingFree, sampler");
    requireSteps(task.learnedSampler(), prior(task.prior()), "learned, sampler");
    return task;
  }

  /** A sampler that no trajectory of the prior can follow would fail with every record. */
  private static void requireSteps(SamplerSettings sampler, Prior prior, String where) {
    try {
      TimeSteps.of(sampler, prior.schedule());
    } catch (IllegalArgumentException e) {
      throw new AdapterRefusedException(where + ": " + e.getMessage(), e);
    }
  }

  /** A prior that must be there. */
  Prior prior(String name) {
    return priors
        .find(name)
        .orElseThrow(
            () ->
                new AdapterRefusedException(
                    "prior '" + name + "' is not known here" + Nearest.hint(name, priors.names())));
  }

  /** The sampler settings of a control record, which replace the task's. */
  static Optional<SamplerSettings> sampler(AdapterControl state, Prior prior) {
    if (state.getSampler() == null) {
      return Optional.empty();
    }
    try {
      var json = JsonText.parse(state.getSampler(), "sampler");
      var sampler = SamplerSettings.fromJson(json, "sampler");
      requireSteps(sampler, prior, "sampler");
      return Optional.of(sampler);
    } catch (IllegalArgumentException e) {
      throw new AdapterRefusedException(e.getMessage(), e);
    }
  }
}
