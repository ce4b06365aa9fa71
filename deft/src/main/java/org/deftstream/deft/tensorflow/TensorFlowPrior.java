package org.deftstream.deft.tensorflow;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.TimeEmbedding;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.tensor.FloatTensor;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A prior of {@link PriorDirectory}, evaluated by TensorFlow through DJL. */
final class TensorFlowPrior implements Prior {
  private final PriorDirectory directory;
  private final NoiseSchedule schedule;
  private final ImageShape shape;
  private final long parameters;
  private final DjlNetwork network;

  TensorFlowPrior(PriorDirectory directory, SessionOptions options) {
    this.directory = directory;
    schedule = directory.scheduler().schedule();
    shape = directory.imageShape();
    if (directory.unet().inChannels() != shape.channels()) {
      throw new UserError(
          "prior "
              + directory.path()
              + " takes "
              + directory.unet().inChannels()
              + " channels and gives "
              + shape.channels()
              + "; a prior's must be the same");
    }
    if (directory.unet().time().kind() == TimeEmbedding.Kind.FOURIER) {
      throw new UserError(
          "prior "
              + directory.path()
              + ": time_embedding_type is fourier: such a network is told a"
              + " noise level and predicts the score; a prior is told a timestep and predicts noise");
    }
    var weights = directory.weights();
    parameters = weights.values().stream().mapToLong(w -> w.data().length).sum();
    Path model;
    try {
      model =
          SavedModels.get(
              "prior-" + directory.fingerprint(),
              (graph, sessions) -> build(graph, sessions, weights));
    } catch (IllegalArgumentException e) {
      throw new UserError("prior " + directory.path() + ": " + e.getMessage(), e);
    }
    network = new DjlNetwork("prior " + directory.name(), model, options);
  }

  private Signature build(
      Graph graph, SavedModels.SessionFactory sessions, Map<String, FloatTensor> weights) {
    var tf = Ops.create(graph);
    var x =
        tf.placeholder(
            TFloat32.class,
            Placeholder.shape(Shape.of(-1, shape.height(), shape.width(), shape.channels())));
    var t = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    var variables = new VariableWeights(tf);
    var eps = UNetGraph.build(tf, directory.unet(), variables, x, t);
    WeightSpec.refuseUnused(variables.variables().keySet(), weights);
    fill(tf, sessions.open(), variables, weights);
    return Signature.builder()
        .key(Signatures.KEY)
        .input(Signatures.INPUT, x)
        .input(Signatures.TIMESTEPS, t)
        .output(Signatures.OUTPUT, eps)
        .build();
  }

  /** Gives the variables their values, in one run. */
  private static void fill(
      Ops tf, Session session, VariableWeights variables, Map<String, FloatTensor> weights) {
    var tensors = new ArrayList<TFloat32>();
    var runner = session.runner();
    try {
      variables
          .variables()
          .forEach(
              (spec, variable) -> {
                var value = Tensors.of(spec.select(weights));
                tensors.add(value);
                var feed = tf.placeholder(TFloat32.class, Placeholder.shape(variable.shape()));
                runner.feed(feed, value).addTarget(tf.assign(variable, feed));
              });
      runner.run().close();
    } finally {
      tensors.forEach(TFloat32::close);
    }
  }

  @Override
  public String name() {
    return directory.name();
  }

  @Override
  public String fingerprint() {
    return directory.fingerprint();
  }

  @Override
  public ImageShape imageShape() {
    return shape;
  }

  @Override
  public NoiseSchedule schedule() {
    return schedule;
  }

  @Override
  public long parameters() {
    return parameters;
  }

  @Override
  public String device() {
    return DjlNetwork.device();
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps) {
    return network.predict(
        xt.length,
        DjlNetwork.Input.floats(
            Signatures.INPUT,
            xt,
            timesteps.length,
            shape.height(),
            shape.width(),
            shape.channels()),
        DjlNetwork.Input.integers(Signatures.TIMESTEPS, timesteps));
  }

  @Override
  public void close() {
    network.close();
  }
}
