package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.operator.Operators;

/** An adapter from its directory. */
final class AdapterType implements MethodType {
  static final String NAME = "adapter";

  @Override
  public Set<String> names() {
    return Set.of(NAME);
  }

  @Override
  public Method open(PlannedMethod planned, Bench bench) {
    if (!planned.parameters().isEmpty()) {
      throw new IllegalArgumentException("an adapter has no parameters, only a sampler");
    }
    String directory =
        planned
            .adapter()
            .orElseThrow(
                () -> new IllegalArgumentException("field 'adapter' is missing: its directory"));
    var content = AdapterDirectory.read(bench.files().apply(directory));
    var manifest = content.manifest();
    check(manifest, bench);
    var networks = bench.adapterNetworks();
    var weights =
        new AdapterVerifier(networks, AdapterVerifier.DEFAULT_MAX_BYTES)
            .verifyWeights(manifest, content.weightsFile());
    var network = networks.open(manifest.network());
    var learned =
        LearnedHTransform.of(
            manifest, network, weights, bench.task().operator(), BatchSizes.upTo(bench.batch()));
    var sampler = planned.samplerOr(bench.task().learnedSampler());
    var identity =
        JsonNodeFactory.instance
            .objectNode()
            .put("method", NAME)
            .put("weights", manifest.weightsSha256());
    identity.set("sampler", sampler.toJson());
    return new SampledMethod(
        identity,
        learned,
        sampler,
        bench,
        manifest.parameters(),
        residualRange(manifest),
        network::close);
  }

  /** What its validation has seen, with the room that the service leaves; empty where unsaid. */
  private static Optional<double[]> residualRange(AdapterManifest manifest) {
    var range = manifest.validation().path("residual");
    return range.path("low").isNumber() && range.path("high").isNumber()
        ? Optional.of(
            new double[] {range.path("low").doubleValue(), range.path("high").doubleValue()})
        : Optional.empty();
  }

  private static void check(AdapterManifest manifest, Bench bench) {
    if (!manifest.priorFingerprint().equals(bench.prior().fingerprint())) {
      throw new UserError(
          "adapter "
              + manifest.adapterId()
              + " was made for another prior than this "
              + bench.prior().name());
    }
    if (!manifest.operatorFingerprint().equals(Operators.fingerprint(bench.task().operator()))) {
      throw new UserError(
          "adapter "
              + manifest.adapterId()
              + " was made for the operator of task "
              + manifest.task()
              + ", which is another one");
    }
  }
}
