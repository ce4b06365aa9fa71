package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.htransform.HTransforms;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.MethodSettings;

/**
 * The training-free h-transforms by name. Parameters and sampler that a plan leaves out are the
 * task's own, if the task is served by that method.
 */
final class TrainingFreeType implements MethodType {
  @Override
  public Set<String> names() {
    return HTransforms.methods();
  }

  @Override
  public Method open(PlannedMethod planned, Bench bench) {
    var own = bench.task().trainingFree();
    boolean same = own.method().equals(planned.method());
    if (planned.sampler().isEmpty() && !same) {
      throw new IllegalArgumentException(
          "field 'sampler' is missing, and the task's own is for " + own.method());
    }
    SamplerSettings sampler = planned.samplerOr(own.sampler());
    Map<String, Double> parameters =
        planned.parameters().isEmpty() && same ? own.parameters() : planned.parameters();
    var settings = new MethodSettings(planned.method(), parameters, sampler);
    HTransforms.check(planned.method(), bench.task().operator());
    ObjectNode identity = settings.toJson();
    return new SampledMethod(
        identity,
        settings.hTransform(bench.prior()),
        sampler,
        bench,
        0,
        Optional.empty(),
        () -> {});
  }
}
