package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Tensor;
import org.tensorflow.types.TFloat32;

/** Tensors that are fed to a run of a graph, closed together after it. */
final class Feeds implements AutoCloseable {
  private final List<Tensor> owned = new ArrayList<>();

  TFloat32 of(float[] values, long... sides) {
    return own(Tensors.of(values, sides));
  }

  <T extends Tensor> T own(T tensor) {
    owned.add(tensor);
    return tensor;
  }

  @Override
  public void close() {
    owned.forEach(Tensor::close);
  }
}
