package org.deftstream.deft.tensorflow;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** Where a graph builder gets the weights of a network from: variables, or slices of an input. */
interface WeightSource {
  /**
   * The weight of this name, asked for once while the graph is built.
   *
   * @param name the name in diffusers' state dictionary
   * @param layout how the two layouts relate
   * @param shape the shape in diffusers' layout
   * @return the weight in TensorFlow's layout
   */
  Operand<TFloat32> weight(String name, WeightLayout layout, int... shape);
}
