package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.text.Nearest;
import org.deftstream.deft.variational.RedDiff;
import org.deftstream.deft.variational.RedDiffSettings;

/**
 * RED-diff with the parameters {@code steps}, {@code learningRate} and {@code lambda}. It fits one
 * image to the measurement and draws no samples, so it states no uncertainty.
 */
final class RedDiffType implements MethodType {
  private static final Set<String> PARAMETERS =
      new TreeSet<>(Set.of("steps", "learningRate", "lambda"));

  @Override
  public Set<String> names() {
    return Set.of(RedDiff.METHOD);
  }

  @Override
  public Method open(PlannedMethod planned, Bench bench) {
    var parameters = planned.parameters();
    for (String name : parameters.keySet()) {
      if (!PARAMETERS.contains(name)) {
        throw new IllegalArgumentException(
            "red-diff: unknown parameter '" + name + "'" + Nearest.hint(name, PARAMETERS));
      }
    }
    double steps = required(parameters, "steps");
    if (steps != Math.rint(steps) || steps > bench.prior().schedule().steps()) {
      throw new IllegalArgumentException(
          "red-diff: steps must be a whole number up to "
              + bench.prior().schedule().steps()
              + ", got "
              + steps);
    }
    return new Variational(
        new RedDiffSettings(
            (int) steps,
            required(parameters, "learningRate"),
            required(parameters, "lambda"),
            bench.batch()),
        parameters,
        bench);
  }

  private static double required(Map<String, Double> parameters, String name) {
    if (!parameters.containsKey(name)) {
      throw new IllegalArgumentException("red-diff: parameter '" + name + "' is missing");
    }
    return parameters.get(name);
  }

  private record Variational(RedDiffSettings settings, Map<String, Double> tuned, Bench bench)
      implements Method {
    private static final int WARM_UP_STEPS = 2;

    @Override
    public JsonNode identity() {
      var json = JsonNodeFactory.instance.objectNode().put("method", RedDiff.METHOD);
      var written = json.putObject("parameters");
      new TreeMap<>(tuned).forEach(written::put);
      return json;
    }

    @Override
    public String sampler() {
      return "Adam, one evaluation of the prior a step";
    }

    @Override
    public int steps() {
      return settings.steps();
    }

    @Override
    public void warmUp(List<String> ids, List<BoundMeasurement> measurements) {
      var few =
          new RedDiffSettings(
              WARM_UP_STEPS, settings.learningRate(), settings.lambda(), settings.batch());
      RedDiff.reconstruct(bench.prior(), measurements, ids, 0, few, done -> {});
    }

    @Override
    public List<Estimate> reconstruct(List<String> ids, List<BoundMeasurement> measurements) {
      var images = RedDiff.reconstruct(bench.prior(), measurements, ids, 0, settings, done -> {});
      var estimates = new ArrayList<Estimate>();
      for (int i = 0; i < images.size(); i++) {
        estimates.add(Estimate.of(images.get(i), measurements.get(i), "the optimisation diverged"));
      }
      return estimates;
    }
  }
}
