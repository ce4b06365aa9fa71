package org.deftstream.deft.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.prior.NetworkConfig;

/**
 * A network in closed form: {@code h = (1 + t / 1000) W f - s g} at every pixel, with a matrix W of
 * C x F and a number s. Notes the batch sizes that it was called with.
 */
final class LinearNetworks implements AdapterNetworks {
  static final String MIX = "mix.weight";
  static final String SCALE = "scale.bias";

  final List<Integer> batches = new ArrayList<>();
  final List<int[]> sides = new ArrayList<>();
  int open;

  @Override
  public Map<String, int[]> weightShapes(NetworkConfig network) {
    return Map.of(
        MIX, new int[] {network.outChannels(), network.inChannels()}, SCALE, new int[] {1});
  }

  @Override
  public AdapterNetwork open(NetworkConfig network) {
    open++;
    int in = network.inChannels();
    int out = network.outChannels();
    return new AdapterNetwork() {
      @Override
      public float[] predict(
          AdapterWeights weights, float[] features, float[] gradient, int[] t, int h, int w) {
        sides.add(new int[] {h, w});
        return predict(weights, features, gradient, t);
      }

      @Override
      public float[] predict(AdapterWeights weights, float[] features, float[] gradient, int[] t) {
        batches.add(t.length);
        float[] mix = weights.tensors().get(MIX).data();
        float scale = weights.tensors().get(SCALE).data()[0];
        int pixels = gradient.length / t.length / out;
        var h = new float[gradient.length];
        for (int p = 0; p < t.length * pixels; p++) {
          for (int o = 0; o < out; o++) {
            float sum = 0;
            for (int i = 0; i < in; i++) {
              sum += mix[o * in + i] * features[p * in + i];
            }
            int at = p * out + o;
            h[at] = (1 + t[p / pixels] / 1000f) * sum - scale * gradient[at];
          }
        }
        return h;
      }

      @Override
      public void close() {
        open--;
      }
    };
  }
}
