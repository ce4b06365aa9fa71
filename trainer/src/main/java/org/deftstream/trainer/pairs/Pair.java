package org.deftstream.trainer.pairs;

import java.util.Map;
import java.util.Optional;

/**
 * A checked pair.
 *
 * @param id name of the pair
 * @param series what the image is a part of, if known
 * @param task name of the task
 * @param truth the true image, flat, channels last
 * @param measurement what the instrument recorded, flat; empty if it is to be simulated
 * @param auxiliary the operator's inputs by name; empty if the measurement is to be simulated
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Pair(
    String id,
    Optional<String> series,
    String task,
    float[] truth,
    Optional<float[]> measurement,
    Map<String, float[]> auxiliary) {
  /** What decides between training and validation: neighbours in a series go the same way. */
  String family() {
    return series.orElse(id);
  }
}
