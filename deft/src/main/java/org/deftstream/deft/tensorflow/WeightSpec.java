package org.deftstream.deft.tensorflow;

import java.util.Arrays;
import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;

/** Name, layout and shape (diffusers' order) of one weight that a network needs. */
record WeightSpec(String name, WeightLayout layout, int[] shape) {
  long size() {
    return FloatTensor.sizeOf(shape);
  }

  /** Finds this weight among loaded ones and turns it into TensorFlow's layout. */
  FloatTensor select(Map<String, FloatTensor> weights) {
    var tensor = weights.get(name);
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
    return layout.toTensorFlow(tensor);
  }
}
