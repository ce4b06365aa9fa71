package org.deftstream.deft.tensorflow;

import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * The vector-Jacobian product of a network under training with respect to its input. Adds to the
 * network's graph, which it borrows: only networks that are asked for the product pay for it.
 */
final class InputProduct {
  private final Placeholder<TFloat32> cotangent;
  private final Output<?> product;

  InputProduct(Graph graph, Operand<TFloat32> input, Operand<TFloat32> output) {
    cotangent =
        Ops.create(graph).placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1, -1, -1)));
    product =
        graph
            .addGradients(
                null,
                new Output<?>[] {output.asOutput()},
                new Output<?>[] {input.asOutput()},
                new Output<?>[] {cotangent.asOutput()})[0];
  }

  /** Has a run, to which the input was fed already, answer with the product. */
  Session.Runner fetch(Session.Runner runner, TFloat32 v) {
    return runner.feed(cotangent, v).fetch(product);
  }
}
