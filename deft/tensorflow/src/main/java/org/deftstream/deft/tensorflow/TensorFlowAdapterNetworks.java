package org.deftstream.deft.tensorflow;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.text.CanonicalJson;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Adapter networks in TensorFlow. One graph and session for each network specification, shared by
 * all adapters of it: an adapter's weights are one flat input of the call.
 */
final class TensorFlowAdapterNetworks implements AdapterNetworks {
  private final SessionOptions options;
  private final Map<NetworkConfig, Shared> open = new HashMap<>();

  TensorFlowAdapterNetworks(SessionOptions options) {
    this.options = options;
  }

  private static final class Shared {
    private final DjlNetwork network;
    private final List<WeightSpec> specs;
    private final Map<AdapterWeights, float[]> flat =
        Collections.synchronizedMap(new WeakHashMap<>());
    private int users;

    Shared(DjlNetwork network, List<WeightSpec> specs) {
      this.network = network;
      this.specs = specs;
    }

    float[] theta(AdapterWeights weights) {
      return flat.computeIfAbsent(weights, w -> FlatWeights.flatten(specs, w.tensors()));
    }
  }

  private record Placed(
      Placeholder<TFloat32> features,
      Placeholder<TFloat32> gradient,
      Placeholder<TInt32> timesteps,
      Placeholder<TFloat32> theta,
      Operand<TFloat32> output,
      List<WeightSpec> specs) {}

  private static Placed place(Ops tf, NetworkConfig network) {
    long h = network.anySize() ? -1 : network.sampleHeight();
    long w = network.anySize() ? -1 : network.sampleWidth();
    var features =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, h, w, network.inChannels())));
    var gradient =
        tf.placeholder(
            TFloat32.class, Placeholder.shape(Shape.of(-1, h, w, network.outChannels())));
    var t = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    var theta = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1)));
    var weights = new FlatWeights(tf, theta);
    var output = AdapterGraph.build(tf, network, weights, features, gradient, t);
    return new Placed(features, gradient, t, theta, output, weights.specs());
  }

  private static List<WeightSpec> specs(NetworkConfig network) {
    try (var graph = new Graph()) {
      return place(Ops.create(graph), network).specs();
    }
  }

  @Override
  public Map<String, int[]> weightShapes(NetworkConfig network) {
    var shapes = new LinkedHashMap<String, int[]>();
    specs(network).forEach(s -> shapes.put(s.name(), s.shape()));
    return shapes;
  }

  @Override
  public synchronized AdapterNetwork open(NetworkConfig network) {
    var shared = open.computeIfAbsent(network, this::load);
    shared.users++;
    return new Handle(network, shared);
  }

  private Shared load(NetworkConfig network) {
    String key = "adapter-" + CanonicalJson.sha256(network.toJson());
    var model = SavedModels.get(key, graph -> model(graph, network));
    return new Shared(new DjlNetwork("adapter", model, options), specs(network));
  }

  private static SavedModels.Model model(Graph graph, NetworkConfig network) {
    var placed = place(Ops.create(graph), network);
    return new SavedModels.Model(
        Map.of(
            Signatures.INPUT,
            placed.features(),
            Signatures.GRADIENT,
            placed.gradient(),
            Signatures.TIMESTEPS,
            placed.timesteps(),
            Signatures.WEIGHTS,
            placed.theta()),
        placed.output(),
        Map.of());
  }

  private synchronized void release(NetworkConfig network, Shared shared) {
    shared.users--;
    if (shared.users == 0) {
      open.remove(network);
      shared.network.close();
    }
  }

  private final class Handle implements AdapterNetwork {
    private final NetworkConfig config;
    private final Shared shared;
    private boolean closed;

    Handle(NetworkConfig config, Shared shared) {
      this.config = config;
      this.shared = shared;
    }

    @Override
    public float[] predict(AdapterWeights weights, float[] features, float[] gradient, int[] t) {
      return predict(weights, features, gradient, t, config.sampleHeight(), config.sampleWidth());
    }

    @Override
    public float[] predict(
        AdapterWeights weights, float[] features, float[] gradient, int[] t, int h, int w) {
      boolean own = h == config.sampleHeight() && w == config.sampleWidth();
      if (!own && !config.anySize()) {
        throw new IllegalArgumentException(
            "the adapter's network takes rows of "
                + config.sampleHeight()
                + "x"
                + config.sampleWidth()
                + ", not of "
                + h
                + "x"
                + w);
      }
      int in = config.inChannels();
      int out = config.outChannels();
      requireSize("features", features.length, t.length * h * w * in);
      requireSize("gradient", gradient.length, t.length * h * w * out);
      float[] theta = shared.theta(weights);
      return shared.network.predict(
          gradient.length,
          DjlNetwork.Input.floats(Signatures.INPUT, features, t.length, h, w, in),
          DjlNetwork.Input.floats(Signatures.GRADIENT, gradient, t.length, h, w, out),
          DjlNetwork.Input.integers(Signatures.TIMESTEPS, t),
          DjlNetwork.Input.floats(Signatures.WEIGHTS, theta, theta.length));
    }

    private static void requireSize(String what, int got, int want) {
      if (got != want) {
        throw new IllegalArgumentException(
            what + " has " + got + " values; the adapter's network takes " + want);
      }
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        release(config, shared);
      }
    }
  }
}
