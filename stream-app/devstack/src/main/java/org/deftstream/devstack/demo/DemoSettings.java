package org.deftstream.devstack.demo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How big a run is.
 *
 * @param slices head CT slices to measure; 0 leaves the task out
 * @param pictures Fashion-MNIST pictures to measure; 0 leaves the task out
 * @param inFlight unanswered records at most; more come as answers arrive
 * @param seed of masks, noise and order
 * @param deadline the longest that the stream may take
 * @param training what is trained on the way; without it adapters that ship are swapped in
 */
record DemoSettings(
    int slices,
    int pictures,
    int inFlight,
    long seed,
    Duration deadline,
    Optional<TrainPlan> training) {

  /** The settings as the JSON document shows them. */
  Map<String, Object> json() {
    var json = new LinkedHashMap<String, Object>();
    json.put("slices", slices);
    json.put("pictures", pictures);
    json.put("inFlight", inFlight);
    json.put("seed", seed);
    json.put("deadlineSeconds", deadline.toSeconds());
    training.ifPresent(
        plan -> {
          json.put("pairs", plan.pairs());
          json.put("steps", plan.steps());
          json.put("rows", plan.rows());
        });
    return json;
  }
}
