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

  /** What its answers stand for where nothing else is said: sigma_data of EDM. */
  private static final double SIGMA_DATA = 0.5;

  Map<String, TensorSource> of(PickledObject module) {
    String name = module.className();
    if (name.contains("Precond") && !name.equals("EDMPrecond")) {
      throw new UnsoundCheckpointException(
          "its network is wrapped in "
              + UnsoundCheckpointException.shown(name)
              + ", which asks it otherwise; of NVlabs' wrappers EDMPrecond is understood");
    }
    if (module.state().get("sigma_data") instanceof Number told
        && told.doubleValue() != SIGMA_DATA) {
      throw new UnsoundCheckpointException(
          "its sigma_data is " + told + ", not 0.5: save its state_dict() and say --sigma-data");
    }
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
