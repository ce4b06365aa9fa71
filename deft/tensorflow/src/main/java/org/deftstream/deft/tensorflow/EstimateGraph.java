package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.deftstream.deft.prior.LearnedEstimate;
import org.deftstream.deft.prior.NetworkConfig;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Learned estimates of one network, as operations of a graph, and the variables that hold the
 * weights of one of them at a time. The variables belong to the graph's session. One call at a
 * time.
 */
final class EstimateGraph {
  private final Ops tf;
  private final NetworkConfig network;
  private final Placeholder<TFloat32> theta;
  private final FlatWeights slices;
  private final List<Op> writes = new ArrayList<>();
  private final Map<LearnedEstimate, float[]> flat = new WeakHashMap<>();
  private LearnedEstimate loaded;

  EstimateGraph(Ops tf, NetworkConfig network) {
    this.tf = tf;
    this.network = network;
    theta = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1)));
    slices = new FlatWeights(tf, theta);
  }

  /**
   * Adds the estimates to the graph; called once. See {@link LearnedEstimate} for what they are.
   *
   * @param x x_t, batch x height x width x channels
   * @param x0 the prior's estimates, clipped, the shape of x
   * @param conditioning of the measurements, batch x height x width x their channels
   * @param point proximal points of x0, the shape of x
   * @param spread {@code sqrt(1 - alphaBar_t)}, batch x 1 x 1 x 1
   * @param t timesteps, one per row
   * @return the estimates, the shape of x
   */
  Operand<TFloat32> estimate(
      Operand<TFloat32> x,
      Operand<TFloat32> x0,
      Operand<TFloat32> conditioning,
      Operand<TFloat32> point,
      Operand<TFloat32> spread,
      Operand<TInt32> t) {
    var g = tf.math.div(tf.math.sub(point, x0), spread);
    var features = tf.concat(List.of(x, x0, conditioning, g), tf.constant(3));
    // The network subtracts what it is given as its gradient.
    var answer = AdapterGraph.build(tf, network, this::variable, features, tf.math.neg(g), t);
    return tf.math.add(x0, tf.math.mul(spread, answer));
  }

  /** A weight, which stays on the device until another estimate's takes its place. */
  private Operand<TFloat32> variable(String name, WeightLayout layout, int... shape) {
    var slice = slices.weight(name, layout, shape);
    var variable = tf.variable(slice.shape(), TFloat32.class);
    writes.add(tf.assign(variable, slice));
    return variable;
  }

  /**
   * Brings in the weights of an estimate, if they are not those of the step before.
   *
   * @throws IllegalArgumentException if they are not those of the network
   */
  void load(Session session, LearnedEstimate next) {
    if (next.equals(loaded)) {
      return;
    }
    float[] values =
        flat.computeIfAbsent(next, of -> FlatWeights.flatten(slices.specs(), of.weights()));
    loaded = null;
    try (var feeds = new Feeds()) {
      var runner = session.runner().feed(theta, feeds.of(values, values.length));
      writes.forEach(runner::addTarget);
      runner.run().close();
    }
    loaded = next;
  }
}
