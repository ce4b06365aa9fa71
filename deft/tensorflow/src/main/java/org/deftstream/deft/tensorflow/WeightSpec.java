package org.deftstream.deft.tensorflow;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;

/** Name, layout and shape (diffusers' order) of one weight that a network needs. */
record WeightSpec(String name, WeightLayout layout, int[] shape) {
  long size() {
    return FloatTensor.sizeOf(shape);
  }

  /** Finds this weight among loaded ones and turns it into TensorFlow's layout. */
  FloatTensor select(Map<String, ? extends TensorSource> weights) {
    return layout.toTensorFlow(require(weights).read());
  }

  /**
   * Finds this weight among loaded ones.
   *
   * @throws IllegalArgumentException if it is missing or has another shape
   */
  TensorSource require(Map<String, ? extends TensorSource> weights) {
    var tensor = weights.get(storedName(weights));
    if (tensor == null) {
      throw new IllegalArgumentException("weight " + name + " is missing");
    }
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw new IllegalArgumentException(
          "weight "
              + name
              + " has shape "
              + Arrays.toString(tensor.shape())
              + "; the network needs "
              + Arrays.toString(shape));
    }
    return tensor;
  }

  /**
   * Checks that a network uses every weight of a file.
   *
   * @throws IllegalArgumentException naming one that it does not: the file is another network's
   */
  static void refuseUnused(
      Collection<WeightSpec> specs, Map<String, ? extends TensorSource> weights) {
    var unused = new TreeSet<>(weights.keySet());
    specs.forEach(spec -> unused.remove(spec.storedName(weights)));
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException(
          "weight " + unused.first() + " belongs to no layer of the network");
    }
  }

  /** The name among loaded weights: before version 0.17 diffusers called those of attention so. */
  String storedName(Map<String, ? extends TensorSource> weights) {
    return weights.containsKey(name)
        ? name
        : name.replace(".to_q.", ".query.")
            .replace(".to_k.", ".key.")
            .replace(".to_v.", ".value.")
            .replace(".to_out.0.", ".proj_attn.");
  }
}
