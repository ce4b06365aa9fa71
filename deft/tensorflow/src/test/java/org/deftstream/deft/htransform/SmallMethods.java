package org.deftstream.deft.htransform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;

/**
 * Every h-transform there is, ready for {@link SmallProblems}: the training-free ones by their
 * name, the exact one, and the learned ones with a stand-in for the network and with a real one.
 */
final class SmallMethods {
  /** The closed form of the Gaussian prior; it is bound to one linear operator. */
  static final String EXACT = "exact";

  private static final String REAL = "deft, a UNet2DModel";
  private static final Map<String, Map<String, Double>> REQUIRED =
      Map.of(
          "diffpir",
          Map.of("lambda", 4.0),
          "dps",
          Map.of("zeta", 0.5),
          "dds",
          Map.of("gamma", 2.0));
  private static final Map<String, AdapterForm> ADAPTERS =
      Map.of(
          "deft, the paper's",
          AdapterForm.PAPER,
          "deft, the standard",
          AdapterForm.STANDARD,
          "deft, which remembers",
          AdapterForm.RECURRENT,
          REAL,
          AdapterForm.STANDARD,
          "amortised",
          AdapterForm.AMORTISED);
  private static final String NETWORK =
      """
      {"sample_size": 4, "in_channels": %d, "out_channels": 1,
       "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
       "up_block_types": ["AttnUpBlock2D", "UpBlock2D"],
       "block_out_channels": [4, 8], "layers_per_block": 1,
       "downsample_padding": 0, "norm_num_groups": 2, "attention_head_dim": 4}
      """;

  private static final Map<Integer, Real> OPEN = new HashMap<>();

  private record Real(AdapterNetwork network, AdapterWeights weights) {}

  private SmallMethods() {}

  static List<String> names() {
    var all = new ArrayList<>(new TreeSet<>(HTransforms.methods()));
    all.add(EXACT);
    all.addAll(new TreeSet<>(ADAPTERS.keySet()));
    return all;
  }

  /** DDRM needs a singular value decomposition, the closed form a matrix, DDS an adjoint. */
  static boolean goesWith(String method, ForwardOperator operator) {
    return switch (method) {
      case Ddrm.METHOD -> operator.spectralForm().isPresent();
      case EXACT, Dds.METHOD -> operator.linear();
      default -> true;
    };
  }

  static HTransform create(String method, ForwardOperator operator, GaussianPrior prior) {
    if (method.equals(EXACT)) {
      return new ExactHTransform(prior, Dense.matrix(operator), operator.noiseSigma());
    }
    if (!ADAPTERS.containsKey(method)) {
      return HTransforms.create(method, REQUIRED.getOrDefault(method, Map.of()), prior);
    }
    var features = new AdapterFeatures(ADAPTERS.get(method), 1.5, operator);
    var real =
        method.equals(REAL)
            ? OPEN.computeIfAbsent(features.channels(), SmallMethods::open)
            : new Real(new Mixing(), new AdapterWeights(Map.of()));
    return new LearnedHTransform(
        real.network, real.weights, features, SmallProblems.SHAPE, BatchSizes.upTo(4));
  }

  /** A network of the engine that serves, with random weights in all of its layers. */
  private static Real open(int channels) {
    UNetConfig config;
    try {
      config = UNetConfig.parse(new ObjectMapper().readTree(NETWORK.formatted(channels)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    var networks = TensorFlowBackend.start(new SessionOptions(1, false)).adapterNetworks();
    var random = new Random(channels);
    var weights = new LinkedHashMap<String, FloatTensor>();
    networks
        .weightShapes(config)
        .forEach(
            (name, shape) -> {
              int size = 1;
              for (int side : shape) {
                size *= side;
              }
              var values = new float[size];
              for (int i = 0; i < size; i++) {
                values[i] = (float) (0.3 * random.nextGaussian());
              }
              weights.put(name, new FloatTensor(shape, values));
            });
    return new Real(networks.open(config), new AdapterWeights(weights));
  }

  /** Closes the networks that {@link #create} opened. */
  static void closeNetworks() {
    OPEN.values().forEach(real -> real.network.close());
    OPEN.clear();
  }

  /** A network that mixes the features of each pixel. */
  private static final class Mixing implements AdapterNetwork {
    @Override
    public float[] predict(AdapterWeights weights, float[] features, float[] gradient, int[] t) {
      int count = features.length / gradient.length;
      var h = new float[gradient.length];
      for (int i = 0; i < h.length; i++) {
        h[i] = (1 + t[i / SmallProblems.SHAPE.size()] / 1000f) * gradient[i];
        for (int k = 0; k < count; k++) {
          h[i] += 0.1f * k * features[i * count + k];
        }
      }
      return h;
    }

    @Override
    public void close() {}
  }
}
