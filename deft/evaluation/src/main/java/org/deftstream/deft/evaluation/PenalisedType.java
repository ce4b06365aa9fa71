package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.Tikhonov;
import org.deftstream.deft.text.Nearest;
import org.deftstream.deft.variational.Fista;
import org.deftstream.deft.variational.Penalty;
import org.deftstream.deft.variational.TotalVariation;
import org.deftstream.deft.variational.WaveletSparsity;

/**
 * What practitioners have had for decades: {@code total-variation} and {@code l1-wavelet} by {@link
 * Fista} from the pseudo-inverse on, and {@code tikhonov} by {@link Tikhonov}, with the parameters
 * {@code weight} and {@code iterations}. They use no prior and state no uncertainty.
 */
final class PenalisedType implements MethodType {
  private static final String TOTAL_VARIATION = "total-variation";
  private static final String WAVELET = "l1-wavelet";
  private static final String TIKHONOV = "tikhonov";
  private static final Set<String> PARAMETERS = new TreeSet<>(Set.of("weight", "iterations"));
  private static final double ITERATIONS = 100;
  private static final double MOST_ITERATIONS = 100_000;
  private static final int INNER = 20;
  private static final int LEVELS = 4;

  @Override
  public Set<String> names() {
    return Set.of(TOTAL_VARIATION, WAVELET, TIKHONOV);
  }

  @Override
  public Method open(PlannedMethod planned, Bench bench) {
    var given = planned.parameters();
    for (String name : given.keySet()) {
      if (!PARAMETERS.contains(name)) {
        throw new IllegalArgumentException(
            planned.method()
                + ": unknown parameter '"
                + name
                + "'"
                + Nearest.hint(name, PARAMETERS));
      }
    }
    if (planned.sampler().isPresent() || !given.containsKey("weight")) {
      throw new IllegalArgumentException(
          planned.method() + " has no sampler and needs the parameter 'weight'");
    }
    if (!bench.task().operator().linear()) {
      throw new IllegalArgumentException(
          planned.method() + " needs a linear operator, not " + bench.task().operator().kind());
    }
    double iterations = given.getOrDefault("iterations", ITERATIONS);
    if (!(iterations >= 1 && iterations <= MOST_ITERATIONS) || !(given.get("weight") >= 0)) {
      throw new IllegalArgumentException(
          planned.method() + ": weight must be 0 or more and iterations from 1 to 100000");
    }
    return new Penalised(planned.method(), given, given.get("weight"), (int) iterations);
  }

  private record Penalised(String name, Map<String, Double> given, double weight, int iterations)
      implements Method {
    @Override
    public JsonNode identity() {
      var json = JsonNodeFactory.instance.objectNode().put("method", name);
      var written = json.putObject("parameters");
      new TreeMap<>(given).forEach(written::put);
      return json;
    }

    @Override
    public int steps() {
      return 0;
    }

    @Override
    public List<Estimate> reconstruct(List<String> ids, List<BoundMeasurement> measurements) {
      return measurements.stream().map(this::reconstruct).toList();
    }

    private Estimate reconstruct(BoundMeasurement m) {
      float[] image = name.equals(TIKHONOV) ? smoothest(m) : shrunk(m);
      return Estimate.of(image, null, m.operator().residual(image, m.measurement()));
    }

    private float[] smoothest(BoundMeasurement m) {
      return Tikhonov.reconstruct(m.operator(), m.measurement(), weight, iterations);
    }

    private float[] shrunk(BoundMeasurement m) {
      var operator = m.operator();
      Penalty penalty =
          name.equals(WAVELET)
              ? new WaveletSparsity(operator.imageShape(), LEVELS, 1)
              : new TotalVariation(operator.imageShape(), -1, 1, INNER);
      float[] start = operator.pseudoInverse(m.measurement());
      return Fista.reconstruct(operator, m.measurement(), penalty, weight, start, iterations);
    }
  }
}
