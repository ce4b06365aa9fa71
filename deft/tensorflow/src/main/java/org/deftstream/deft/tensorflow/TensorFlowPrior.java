package org.deftstream.deft.tensorflow;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ProximalDevice;
import org.deftstream.deft.prior.ComposedSteps;
import org.deftstream.deft.prior.DirectoryPrior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.tensor.TensorSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A prior of {@link PriorDirectory}, evaluated by TensorFlow through DJL. The graph of the
 * vector-Jacobian product is a second SavedModel with a session of its own, opened at the first
 * {@link #vectorJacobian}: a prior that is only evaluated forward does not pay for it.
 */
final class TensorFlowPrior extends DirectoryPrior implements OnTensorFlow {
  private final SessionOptions options;
  private final long parameters;
  private final DjlNetwork network;
  private final GraphProximal proximal;
  private final GraphSteps steps;
  private final Object jacobianLock = new Object();
  private DjlNetwork jacobian;
  private boolean closed;

  TensorFlowPrior(PriorDirectory directory, SessionOptions options) {
    super(directory);
    this.options = options;
    var shape = imageShape();
    if (directory.unet().inChannels() != shape.channels()) {
      throw new UserError(
          "prior "
              + directory.path()
              + " takes "
              + directory.unet().inChannels()
              + " channels and gives "
              + shape.channels()
              + "; a prior's must be the same"
              + (shape.channels() == 2 * directory.unet().inChannels()
                  ? " (a learned variance, the second half: 'deftstream prior import' drops it)"
                  : ""));
    }
    directory.requireSuitable();
    Path model;
    try (var weights = directory.openWeights()) {
      parameters = weights.parameters();
      model =
          SavedModels.get(
              "prior-" + directory.fingerprint(), graph -> prediction(graph, weights.tensors()));
    } catch (IllegalArgumentException e) {
      throw new UserError("prior " + directory.path() + ": " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new UserError(e.getMessage(), e);
    }
    network = new DjlNetwork("prior " + directory.name(), model, options);
    var forms = new OperatorForms();
    proximal =
        options.operators() == OperatorPlace.HOST
            ? null
            : new GraphProximal(options.operators(), forms, options);
    steps = GraphSteps.of(directory, parameters, forms, options);
  }

  /** A prior's graph under construction. */
  private record Placed(
      Ops tf,
      Placeholder<TFloat32> x,
      Placeholder<TInt32> t,
      Map<String, TensorSource> variables,
      Operand<TFloat32> eps) {}

  private Placed place(Graph graph, Map<String, TensorSource> weights) {
    var tf = Ops.create(graph);
    var x = images(tf);
    var t = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    var variables = new VariableWeights(tf);
    var asked = directory().scheduler().preconditioning();
    var eps = NetworkGraph.noise(tf, directory().unet(), asked, variables, x, t);
    return new Placed(tf, x, t, variables.values(weights), eps);
  }

  private Placeholder<TFloat32> images(Ops tf) {
    var shape = imageShape();
    return tf.placeholder(
        TFloat32.class,
        directory().unet().anySize()
            ? Placeholder.shape(Shape.of(-1, -1, -1, shape.channels()))
            : Placeholder.shape(Shape.of(-1, shape.height(), shape.width(), shape.channels())));
  }

  private SavedModels.Model prediction(Graph graph, Map<String, TensorSource> weights) {
    var placed = place(graph, weights);
    return new SavedModels.Model(
        Map.of(Signatures.INPUT, placed.x(), Signatures.TIMESTEPS, placed.t()),
        placed.eps(),
        placed.variables());
  }

  private SavedModels.Model product(Graph graph, Map<String, TensorSource> weights) {
    var placed = place(graph, weights);
    var cotangent = images(placed.tf());
    var gradients =
        graph.addGradients(
            null,
            new Output<?>[] {placed.eps().asOutput()},
            new Output<?>[] {placed.x().asOutput()},
            new Output<?>[] {cotangent.asOutput()});
    return new SavedModels.Model(
        Map.of(
            Signatures.INPUT,
            placed.x(),
            Signatures.TIMESTEPS,
            placed.t(),
            Signatures.COTANGENT,
            cotangent),
        gradients[0],
        placed.variables());
  }

  @Override
  public long parameters() {
    return parameters;
  }

  @Override
  public Optional<ProximalDevice> proximalDevice() {
    return Optional.ofNullable(proximal);
  }

  @Override
  public Optional<ComposedSteps> composedSteps() {
    return Optional.ofNullable(steps);
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps, ImageShape row) {
    return network.predict(
        xt.length,
        batch(Signatures.INPUT, xt, timesteps, row),
        DjlNetwork.Input.integers(Signatures.TIMESTEPS, timesteps));
  }

  @Override
  public float[] vectorJacobian(float[] xt, int[] timesteps, float[] cotangent, ImageShape row) {
    requireAlike(cotangent, xt);
    return jacobian()
        .predict(
            xt.length,
            batch(Signatures.INPUT, xt, timesteps, row),
            DjlNetwork.Input.integers(Signatures.TIMESTEPS, timesteps),
            batch(Signatures.COTANGENT, cotangent, timesteps, row));
  }

  private DjlNetwork.Input batch(String name, float[] images, int[] timesteps, ImageShape row) {
    requireRow(row);
    return DjlNetwork.Input.floats(
        name, images, timesteps.length, row.height(), row.width(), row.channels());
  }

  /** The network of the product, opened on first use. */
  private DjlNetwork jacobian() {
    synchronized (jacobianLock) {
      if (closed) {
        throw new IllegalStateException("the network of prior " + name() + " is closed");
      }
      if (jacobian == null) {
        try (var weights = directory().openWeights()) {
          var model =
              SavedModels.get(
                  "prior-vjp-" + fingerprint(), graph -> product(graph, weights.tensors()));
          jacobian = new DjlNetwork("the Jacobian of prior " + name(), model, options);
        }
      }
      return jacobian;
    }
  }

  @Override
  public void close() {
    synchronized (jacobianLock) {
      closed = true;
      if (jacobian != null) {
        jacobian.close();
      }
    }
    if (proximal != null) {
      proximal.close();
    }
    if (steps != null) {
      steps.close();
    }
    network.close();
  }
}
