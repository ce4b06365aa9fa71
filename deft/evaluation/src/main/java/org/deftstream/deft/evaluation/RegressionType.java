package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ProximalPoints;
import org.deftstream.deft.regression.RegressionDirectory;
import org.deftstream.deft.regression.RegressionManifest;
import org.deftstream.deft.text.Nearest;

/**
 * A supervised network, or one that is unrolled, from its directory ({@link RegressionDirectory}),
 * which a plan names as {@code adapter}. With the parameter {@code tau} its image is made
 * consistent with the measurement once more: {@code argmin_x |y - A x|^2 + (sigma^2 / tau^2) |x -
 * x'|^2}. It uses no prior and states no uncertainty.
 */
final class RegressionType implements MethodType {
  static final String NAME = "regression";
  private static final String TAU = "tau";

  @Override
  public Set<String> names() {
    return Set.of(NAME);
  }

  @Override
  public Method open(PlannedMethod planned, Bench bench) {
    for (String name : planned.parameters().keySet()) {
      if (!name.equals(TAU)) {
        throw new IllegalArgumentException(
            "regression: unknown parameter '" + name + "'" + Nearest.hint(name, Set.of(TAU)));
      }
    }
    if (planned.sampler().isPresent()) {
      throw new IllegalArgumentException("a regression has no sampler");
    }
    double tau = planned.parameters().getOrDefault(TAU, 0.0);
    if (!(tau >= 0 && tau <= 1000) || (tau > 0 && !(bench.task().operator().noiseSigma() > 0))) {
      throw new IllegalArgumentException(
          "regression: tau must be from 0 to 1000, and 0 where the measurement has no noise");
    }
    String directory =
        planned
            .adapter()
            .orElseThrow(
                () -> new IllegalArgumentException("field 'adapter' is missing: its directory"));
    var content =
        RegressionDirectory.read(bench.files().apply(directory)).verified(bench.adapterNetworks());
    content.manifest().require(bench.task().operator());
    return new Regression(
        content.manifest(),
        content.weights(),
        bench.adapterNetworks().open(content.manifest().network()),
        tau,
        bench.batch());
  }

  private record Regression(
      RegressionManifest manifest,
      AdapterWeights weights,
      AdapterNetwork network,
      double tau,
      int batch)
      implements Method {
    @Override
    public JsonNode identity() {
      var json =
          JsonNodeFactory.instance
              .objectNode()
              .put("method", NAME)
              .put("weights", manifest.weightsSha256());
      var unrolling = manifest.unrolling();
      json.put("iterations", unrolling.iterations()).put("unrolledTau", unrolling.tau());
      if (tau > 0) {
        json.putObject("parameters").put(TAU, tau);
      }
      return json;
    }

    @Override
    public int steps() {
      return 0;
    }

    @Override
    public long parameters() {
      return manifest.parameters();
    }

    @Override
    public void warmUp(List<String> ids, List<BoundMeasurement> measurements) {
      reconstruct(ids, measurements);
    }

    @Override
    public List<Estimate> reconstruct(List<String> ids, List<BoundMeasurement> measurements) {
      var estimates = new ArrayList<Estimate>();
      for (int from = 0; from < measurements.size(); from += batch) {
        int to = Math.min(from + batch, measurements.size());
        estimates.addAll(together(measurements.subList(from, to)));
      }
      return estimates;
    }

    private List<Estimate> together(List<BoundMeasurement> measurements) {
      int size = measurements.get(0).operator().imageShape().size();
      var images =
          manifest
              .unrolling()
              .images(
                  measurements,
                  (features, k) ->
                      network.predict(weights, features, new float[k.length * size], k));
      if (tau > 0) {
        images = consistent(measurements, images);
      }
      var estimates = new ArrayList<Estimate>();
      for (int i = 0; i < images.size(); i++) {
        var m = measurements.get(i);
        estimates.add(
            Estimate.of(
                images.get(i), null, m.operator().residual(images.get(i), m.measurement())));
      }
      return estimates;
    }

    private List<float[]> consistent(List<BoundMeasurement> measurements, List<float[]> images) {
      var rows = new ArrayList<ProximalPoints.Row>();
      for (int i = 0; i < images.size(); i++) {
        double sigma = measurements.get(i).operator().noiseSigma();
        rows.add(
            new ProximalPoints.Row(
                measurements.get(i), images.get(i), sigma * sigma / (tau * tau)));
      }
      return List.of(ProximalPoints.of(rows));
    }

    @Override
    public void close() {
      network.close();
    }
  }
}
