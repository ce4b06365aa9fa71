package org.deftstream.deft.tensorflow;

import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.ModelPrior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.tensorflow.savedmodel.PureGraph;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

/**
 * A graph that came from elsewhere, with its variables, as a SavedModel of ours. It has a gradient
 * where TensorFlow knows that of each of its operations.
 */
final class ForeignNetwork implements ModelPrior.Evaluation, OnTensorFlow {
  private final PriorDirectory directory;
  private final ModelConfig config;
  private final SessionOptions options;
  private final GraphDef graph;
  private final long parameters;
  private final boolean hasGradient;
  private final DjlNetwork network;
  private DjlNetwork jacobian;

  ForeignNetwork(PriorDirectory directory, SessionOptions options) {
    this.directory = directory;
    this.options = options;
    config = (ModelConfig) directory.unet();
    try (var weights = directory.openWeights()) {
      graph = PureGraph.read(directory.weightFiles().get(0), config, weights.tensors());
      parameters = weights.parameters();
    }
    hasGradient = NativeCalls.call(this::tried);
    network = open("model-", "the model of prior ", this::answer);
  }

  /**
   * Lets TensorFlow look at the graph for one image, of the size that the prior is tried with.
   *
   * @return whether it knows the gradient
   * @throws UserError if it does not understand the graph, or a tensor is too large
   */
  private boolean tried() {
    try (var tried = new Graph()) {
      tried.importGraphDef(ofOneImage());
      tried.operations().forEachRemaining(ForeignNetwork::requireSmall);
      Output<TFloat32> answer = output(tried, config.output());
      if (answer.shape().numDimensions() != Shape.UNKNOWN_SIZE
          && answer.shape().numDimensions() != 4) {
        throw new IllegalArgumentException("its answer has the shape " + answer.shape());
      }
      return gradient(tried, answer) != null;
    } catch (IllegalArgumentException | IllegalStateException | TensorFlowException e) {
      throw new UserError(
          "prior "
              + directory.path()
              + ": TensorFlow does not take its graph: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }

  private GraphDef ofOneImage() {
    long[] sides =
        config.channelsLast()
            ? new long[] {1, config.height(), config.width(), config.channels()}
            : new long[] {1, config.channels(), config.height(), config.width()};
    var one = graph.toBuilder();
    for (var node : one.getNodeBuilderList()) {
      if (node.getName().equals(config.sample())) {
        node.putAttr("shape", shape(sides));
      } else if (node.getName().equals(config.time())) {
        node.putAttr("shape", config.timeScalar() ? shape() : shape(1));
      }
    }
    return one.build();
  }

  private static AttrValue shape(long... sides) {
    var shape = TensorShapeProto.newBuilder();
    for (long side : sides) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(side));
    }
    return AttrValue.newBuilder().setShape(shape).build();
  }

  private static void requireSmall(GraphOperation operation) {
    for (int i = 0; i < operation.numOutputs(); i++) {
      var shape = operation.output(i).shape();
      if (shape.size() > PureGraph.MOST_VALUES) {
        throw new IllegalArgumentException(
            "operation "
                + operation.name()
                + " makes a tensor of "
                + shape
                + ", which is too large");
      }
    }
  }

  /** Null where an operation has none. */
  private Output<?> gradient(Graph graph, Output<TFloat32> answer) {
    try {
      return graph.addGradients(answer, new Output<?>[] {output(graph, config.sample())})[0];
    } catch (TensorFlowException | IllegalArgumentException | IllegalStateException e) {
      return null;
    }
  }

  /** An output by its name, whatever its type is. */
  private static Output<TFloat32> output(Graph graph, String reference) {
    String[] parts = reference.split(":", 2);
    var operation = graph.operation(parts[0]);
    int index =
        parts.length == 2 && parts[1].matches("[0-9]{1,4}") ? Integer.parseInt(parts[1]) : 0;
    if (operation == null || index >= operation.numOutputs()) {
      throw new IllegalArgumentException("it has no " + reference);
    }
    return operation.output(index);
  }

  /** Inputs and outputs of the graph once it is one of ours. */
  private interface Ports {
    SavedModels.Model of(Graph graph, Map<String, TensorSource> variables);
  }

  private DjlNetwork open(String key, String name, Ports ports) {
    try (var weights = directory.openWeights()) {
      var model =
          SavedModels.get(
              key + directory.fingerprint(),
              made -> {
                made.importGraphDef(graph);
                return ports.of(made, weights.tensors());
              });
      return new DjlNetwork(name + directory.name(), model, options);
    }
  }

  private SavedModels.Model answer(Graph made, Map<String, TensorSource> variables) {
    return new SavedModels.Model(
        Map.of(
            Signatures.INPUT,
            output(made, config.sample()),
            Signatures.TIMESTEPS,
            output(made, config.time())),
        output(made, config.output()),
        variables);
  }

  private SavedModels.Model product(Graph made, Map<String, TensorSource> variables) {
    Output<TFloat32> sample = output(made, config.sample());
    var cotangent = Ops.create(made).placeholder(TFloat32.class, Placeholder.shape(sample.shape()));
    var gradients =
        made.addGradients(
            null,
            new Output<?>[] {output(made, config.output())},
            new Output<?>[] {sample},
            new Output<?>[] {cotangent.asOutput()});
    return new SavedModels.Model(
        Map.of(
            Signatures.INPUT,
            sample,
            Signatures.TIMESTEPS,
            output(made, config.time()),
            Signatures.COTANGENT,
            cotangent),
        gradients[0],
        variables);
  }

  /** Number of weights in variables. */
  long parameters() {
    return parameters;
  }

  @Override
  public boolean hasGradient() {
    return hasGradient;
  }

  @Override
  public float[] answer(ModelPrior.Batch batch) {
    return network.predict(batch.images().length, images(batch), time(batch));
  }

  @Override
  public float[] product(ModelPrior.Batch batch, float[] cotangent) {
    var v = DjlNetwork.Input.floats(Signatures.COTANGENT, cotangent, batch.sides());
    return jacobian().predict(cotangent.length, images(batch), time(batch), v);
  }

  private static DjlNetwork.Input images(ModelPrior.Batch batch) {
    return DjlNetwork.Input.floats(Signatures.INPUT, batch.images(), batch.sides());
  }

  private DjlNetwork.Input time(ModelPrior.Batch batch) {
    long[] sides = config.timeScalar() ? new long[0] : new long[] {batch.timesteps().length};
    return switch (config.timeType()) {
      case "int64" -> DjlNetwork.Input.longs(Signatures.TIMESTEPS, batch.timesteps(), sides);
      case "int32" -> DjlNetwork.Input.integers(Signatures.TIMESTEPS, batch.timesteps(), sides);
      default -> DjlNetwork.Input.floats(Signatures.TIMESTEPS, batch.told(), sides);
    };
  }

  /** Opened on first use. */
  private synchronized DjlNetwork jacobian() {
    if (jacobian == null) {
      jacobian = open("model-vjp-", "the Jacobian of prior ", this::product);
    }
    return jacobian;
  }

  @Override
  public synchronized void close() {
    if (jacobian != null) {
      jacobian.close();
    }
    network.close();
  }
}
