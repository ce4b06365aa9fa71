package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.deftstream.deft.htransform.HTransforms;
import org.deftstream.deft.sampler.SamplerSettings;

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
    SamplerSettings sampler =
        planned
            .sampler()
            .orElseGet(
                () -> {
                  if (!same) {
                    throw new IllegalArgumentException(
                        "field 'sampler' is missing, and the task is served by " + own.method());
                  }
                  return own.sampler();
                });
    Map<String, Double> parameters =
        planned.parameters().isEmpty() && same ? own.parameters() : planned.parameters();
    var identity = JsonNodeFactory.instance.objectNode().put("method", planned.method());
    var written = identity.putObject("parameters");
    new TreeMap<>(parameters).forEach(written::put);
    identity.set("sampler", sampler.toJson());
    var hTransform = HTransforms.create(planned.method(), parameters);
    return new SampledMethod(identity, hTransform, sampler, bench, 0, () -> {});
  }
}
