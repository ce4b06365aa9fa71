package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.evaluation.report.MethodSetup;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.FeatureNetwork;
import org.deftstream.deft.text.CanonicalJson;

/** A task of a plan with its measurements simulated and its methods open. Closes the methods. */
final class PreparedTask implements AutoCloseable {
  private static final int KEY_LENGTH = 20;

  private final PlannedTask planned;
  private final Bench bench;
  private final TestSet test;
  private final Optional<TestSet> validation;
  private final Optional<FeatureNetwork> features;
  private final List<Opened> methods = new ArrayList<>();

  /**
   * A method that is ready.
   *
   * @param key under which its results are kept
   * @param calibrationKey of those on the validation images; null if it states no uncertainty
   */
  record Opened(PlannedMethod planned, Method method, String key, String calibrationKey) {}

  PreparedTask(
      PlannedTask planned,
      Bench bench,
      TestSet test,
      Optional<TestSet> validation,
      Optional<FeatureNetwork> features) {
    this.planned = planned;
    this.bench = bench;
    this.test = test;
    this.validation = validation;
    this.features = features;
  }

  void open(PlannedMethod method) {
    var opened = MethodTypes.open(method, bench);
    String calibrationKey =
        opened.samples() > 1 ? validation.map(set -> key(method, opened, set)).orElse(null) : null;
    methods.add(new Opened(method, opened, key(method, opened, test), calibrationKey));
  }

  /** A fingerprint of everything that a result depends on. */
  private String key(PlannedMethod method, Method opened, TestSet set) {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("measurements", set.fingerprint())
            .put("prior", bench.prior().fingerprint())
            .put("batch", bench.batch())
            .put("restarts", method.restarts());
    if (!bench.precision().equals(EvaluationModels.FLOAT32)) {
      json.put("precision", bench.precision());
    }
    json.set("method", opened.identity());
    return CanonicalJson.sha256(json).substring(0, KEY_LENGTH);
  }

  Bench bench() {
    return bench;
  }

  TestSet test() {
    return test;
  }

  Optional<TestSet> validation() {
    return validation;
  }

  Optional<FeatureNetwork> features() {
    return features;
  }

  List<Opened> methods() {
    return methods;
  }

  ImageShape shape() {
    return bench.task().operator().imageShape();
  }

  /** Pieces of work: every method once, and once more where it is calibrated. */
  int pieces() {
    return methods.stream().mapToInt(m -> m.calibrationKey() == null ? 1 : 2).sum();
  }

  RunManifest.TaskRun manifest() {
    var operator = bench.task().operator();
    return new RunManifest.TaskRun(
        planned.title(),
        bench.prior().name(),
        bench.prior().parameters(),
        operator.spec(),
        operator.linear(),
        shape().height(),
        shape().width(),
        shape().channels(),
        test.items().size(),
        planned.seeds().size(),
        planned.images().describe(),
        test.fingerprint(),
        planned.calibration().map(PlannedImages::describe).orElse(null),
        validation.map(TestSet::fingerprint).orElse(null),
        validation.map(set -> set.items().size()).orElse(0),
        features.map(FeatureNetwork::fingerprint).orElse(null),
        features.map(FeatureNetwork::dimension).orElse(0),
        planned.reference().orElse(null),
        methods.stream().map(PreparedTask::manifest).toList());
  }

  private static RunManifest.MethodRun manifest(Opened m) {
    return new RunManifest.MethodRun(
        new MethodSetup(
            m.planned().label(),
            m.planned().method(),
            m.method().identity(),
            m.method().sampler(),
            m.method().steps(),
            m.method().samples(),
            m.planned().restarts(),
            m.method().parameters()),
        m.key(),
        m.calibrationKey(),
        m.method().residualRange().map(range -> range[0]).orElse(null),
        m.method().residualRange().map(range -> range[1]).orElse(null));
  }

  @Override
  public void close() {
    methods.forEach(m -> m.method().close());
  }
}
