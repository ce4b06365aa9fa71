package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.ProximalPoints;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Proximal points of one form and one shape of images as a graph. What differs from operator to
 * operator, such as a mask, is an input. Owns its session; one call at a time.
 *
 * <p>A form is either closed, one run of the graph, or found by conjugate gradients: then a run
 * takes some iterations, and its arrays go into the next one as they are.
 */
abstract class ProximalGraph implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final Map<String, Placeholder<TFloat32>> inputs = new LinkedHashMap<>();
  protected final Ops tf;
  protected final ImageShape shape;

  protected ProximalGraph(ImageShape shape, SessionOptions options) {
    this.shape = shape;
    session = new Session(graph, options.toProto());
    tf = Ops.create(graph);
  }

  /** The graph of a form. */
  static ProximalGraph of(ProximalForm form, ForwardOperator operator, SessionOptions options) {
    var shape = operator.imageShape();
    if (form instanceof ProximalForm.Convolutions convolutions) {
      return new ConvolutionGraph(convolutions, shape, options);
    }
    if (form instanceof ProximalForm.Matrix matrix) {
      return new MatrixGraph(matrix, shape, options);
    }
    return new ClosedFormGraph(form, operator, options);
  }

  /** The points of rows that share an operator of this graph's form and shape. */
  abstract float[][] solve(ProximalForm form, List<ProximalPoints.Row> rows);

  protected final Session session() {
    return session;
  }

  /** An input of float32 by its name. */
  protected final Placeholder<TFloat32> input(String name, long... size) {
    var made = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(size)));
    inputs.put(name, made);
    return made;
  }

  protected final Placeholder<TFloat32> input(String name) {
    return inputs.get(name);
  }

  /** An input of images, one for each row. */
  protected final Placeholder<TFloat32> images(String name) {
    return input(name, -1, shape.height(), shape.width(), shape.channels());
  }

  /** An input of a number for each row, to be broadcast over its image. */
  protected final Placeholder<TFloat32> numbers(String name) {
    return input(name, -1, 1, 1, 1);
  }

  protected final Operand<TFloat32> transposed(Operand<TFloat32> value, int... order) {
    return tf.linalg.transpose(value, tf.constant(order));
  }

  protected static Operand<TFloat32> number(Ops tf, double value) {
    return tf.constant((float) value);
  }

  /** Tensors that are fed, closed together. */
  protected static final class Feeds implements AutoCloseable {
    private final List<Tensor> owned = new ArrayList<>();

    TFloat32 of(float[] values, long... size) {
      var made = Tensors.of(values, size);
      owned.add(made);
      return made;
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

  protected final TFloat32 images(Feeds feeds, float[][] rows) {
    return feeds.of(joined(rows), rows.length, shape.height(), shape.width(), shape.channels());
  }

  /** The images that rows stay near to. */
  protected static float[][] starts(List<ProximalPoints.Row> rows) {
    return rows.stream().map(ProximalPoints.Row::x0).toArray(float[][]::new);
  }

  protected static TFloat32 weights(Feeds feeds, List<ProximalPoints.Row> rows) {
    var rho = new float[rows.size()];
    for (int i = 0; i < rho.length; i++) {
      rho[i] = (float) rows.get(i).rho();
    }
    return feeds.of(rho, rho.length, 1, 1, 1);
  }

  /** Arrays of one length, one after the other. */
  protected static float[] joined(float[][] rows) {
    int length = rows[0].length;
    var joined = new float[rows.length * length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, joined, i * length, length);
    }
    return joined;
  }

  protected final float[][] split(Tensor answer, int rows) {
    var values = Tensors.toFloats((TFloat32) answer);
    var split = new float[rows][shape.size()];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, i * shape.size(), split[i], 0, shape.size());
    }
    return split;
  }

  @Override
  public final void close() {
    session.close();
    graph.close();
  }
}
