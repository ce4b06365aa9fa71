package org.deftstream.deft.adapter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * The weights of one adapter, on the heap. Immutable and thread-safe: exchanging adapters is
 * exchanging a reference, and nothing native is freed. Equal only to itself, so an engine may keep
 * what it derives from the weights in a weak map under this object.
 */
public final class AdapterWeights {
  private final Map<String, FloatTensor> tensors;

  /**
   * Takes over the tensors; their arrays must not be written to any more.
   *
   * @param tensors by name, in the names and layout of diffusers
   */
  public AdapterWeights(Map<String, FloatTensor> tensors) {
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** The tensors by name, unmodifiable. */
  public Map<String, FloatTensor> tensors() {
    return tensors;
  }

  /** Number of weights. */
  public long parameters() {
    return tensors.values().stream().mapToLong(tensor -> tensor.data().length).sum();
  }
}
