package org.deftstream.deft.checkpoint;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.tensor.TensorSource;

/** The weights of a network object in a pickle, by the names that its state_dict() would have. */
final class ModuleWeights {
  private static final int DEPTH = 16;

  private final Map<Object, Boolean> seen = new IdentityHashMap<>();
  private final Map<String, TensorSource> weights = new LinkedHashMap<>();

  Map<String, TensorSource> of(PickledObject module) {
    collect("", module, 0);
    return weights;
  }

  private void collect(String prefix, PickledObject module, int depth) {
    if (depth > DEPTH || seen.put(module, true) != null) {
      throw new UnsoundCheckpointException("its network holds itself, or is nested without end");
    }
    for (String kind : new String[] {"_parameters", "_buffers"}) {
      if (module.state().get(kind) instanceof Map<?, ?> values) {
        values.forEach(
            (name, value) -> {
              if (value instanceof TensorSource tensor) {
                weights.put(prefix + name, tensor);
              }
            });
      }
    }
    if (module.state().get("_modules") instanceof Map<?, ?> parts) {
      parts.forEach(
          (name, part) -> {
            if (part instanceof PickledObject inner) {
              collect(prefix + name + ".", inner, depth + 1);
            }
          });
    }
  }
}
