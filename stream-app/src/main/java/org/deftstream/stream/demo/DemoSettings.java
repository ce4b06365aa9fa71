package org.deftstream.stream.demo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How big a run is.
 *
 * @param slices head CT slices to measure, at least 1
 * @param pictures Fashion-MNIST pictures to measure; 0 leaves the task out
 * @param inFlight unanswered records at most; more come as answers arrive
 * @param seed of masks, noise and order
 * @param deadline the longest that the stream may take
 */
record DemoSettings(int slices, int pictures, int inFlight, long seed, Duration deadline) {

  /** The settings as the JSON document shows them. */
  Map<String, Object> json() {
    var json = new LinkedHashMap<String, Object>();
    json.put("slices", slices);
    json.put("pictures", pictures);
    json.put("inFlight", inFlight);
    json.put("seed", seed);
    json.put("deadlineSeconds", deadline.toSeconds());
    return json;
  }
}
