package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.deftstream.deft.annealing.Daps;
import org.deftstream.deft.annealing.DapsSettings;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.text.Nearest;

/**
 * DAPS with the parameters {@code levels} (50), {@code odeSteps} (2), {@code langevinSteps} (100)
 * and {@code stepSize} (0.5, of the steepest curvature's inverse). One sample, no uncertainty.
 */
final class DapsType implements MethodType {
  private static final Map<String, Double> USUAL =
      Map.of("levels", 50.0, "odeSteps", 2.0, "langevinSteps", 100.0, "stepSize", 0.5);

  @Override
  public Set<String> names() {
    return Set.of(Daps.METHOD);
  }

  @Override
  public Method open(PlannedMethod planned, Bench bench) {
    var known = new TreeSet<>(USUAL.keySet());
    for (String name : planned.parameters().keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "daps: unknown parameter '" + name + "'" + Nearest.hint(name, known));
      }
    }
    if (planned.sampler().isPresent()) {
      throw new IllegalArgumentException("daps has no sampler, only parameters");
    }
    var operator = bench.task().operator();
    if (!operator.linear() || !(operator.noiseSigma() > 0)) {
      throw new IllegalArgumentException(
          "daps needs a linear operator with noise, not " + operator.kind());
    }
    var given = new TreeMap<>(USUAL);
    given.putAll(planned.parameters());
    int levels = whole(given, "levels");
    if (levels > bench.prior().schedule().steps()) {
      throw new IllegalArgumentException(
          "daps: levels must be at most "
              + bench.prior().schedule().steps()
              + ", the timesteps of the prior, got "
              + levels);
    }
    return new Annealed(
        new DapsSettings(
            levels,
            whole(given, "odeSteps"),
            whole(given, "langevinSteps"),
            given.get("stepSize"),
            bench.batch()),
        given,
        bench);
  }

  private static int whole(Map<String, Double> given, String name) {
    double value = given.get(name);
    if (!(value >= 1 && value <= 100_000) || value != Math.rint(value)) {
      throw new IllegalArgumentException(
          "daps: " + name + " must be a whole number from 1 to 100000, got " + value);
    }
    return (int) value;
  }

  private record Annealed(DapsSettings settings, Map<String, Double> given, Bench bench)
      implements Method {
    @Override
    public JsonNode identity() {
      var json = JsonNodeFactory.instance.objectNode().put("method", Daps.METHOD);
      var written = json.putObject("parameters");
      given.forEach(written::put);
      return json;
    }

    @Override
    public String sampler() {
      return settings.evaluations() + " evaluations of the prior";
    }

    @Override
    public int steps() {
      return settings.evaluations();
    }

    @Override
    public void warmUp(List<String> ids, List<BoundMeasurement> measurements) {
      var few = new DapsSettings(1, 1, 1, settings.stepSize(), settings.batch());
      Daps.reconstruct(bench.prior(), measurements, ids, 0, few, done -> {});
    }

    @Override
    public List<Estimate> reconstruct(List<String> ids, List<BoundMeasurement> measurements) {
      var images = Daps.reconstruct(bench.prior(), measurements, ids, 0, settings, done -> {});
      var estimates = new ArrayList<Estimate>();
      for (int i = 0; i < images.size(); i++) {
        estimates.add(Estimate.of(images.get(i), measurements.get(i), "the dynamics diverged"));
      }
      return estimates;
    }
  }
}
