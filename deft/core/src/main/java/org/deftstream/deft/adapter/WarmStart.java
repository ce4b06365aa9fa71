package org.deftstream.deft.adapter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * Weights of an adapter as the beginning of another one's training. The two have the same network
 * and form; or the new one also remembers the estimate of the step before ({@link
 * AdapterForm#previous}), whose channels then begin with weight 0: the new network answers as the
 * old one did, until training finds a use for them. Stateless and thread-safe.
 */
public final class WarmStart {
  private static final String FIRST_LAYER = "conv_in.weight";

  private WarmStart() {}

  /**
   * The weights to begin with.
   *
   * @param from the adapter to begin from
   * @param network the new adapter's network
   * @param form the new adapter's form
   * @return weights that fit the new network; empty if the two have nothing to do with each other
   */
  public static Optional<Map<String, FloatTensor>> weights(
      AdapterDirectory.Content from, NetworkConfig network, AdapterForm form) {
    var manifest = from.manifest();
    var weights = from.weights().tensors();
    if (manifest.network().equals(network) && manifest.form().equals(form)) {
      return Optional.of(weights);
    }
    var forgetful = new AdapterForm(form.output(), form.gradient(), form.estimate(), false);
    var widened = manifest.network().toJson().put("in_channels", network.inChannels());
    if (!form.previous()
        || !manifest.form().equals(forgetful)
        || !NetworkConfig.parseAdapter(widened).equals(network)
        || !weights.containsKey(FIRST_LAYER)) {
      return Optional.empty();
    }
    var wider = new LinkedHashMap<>(weights);
    wider.put(
        FIRST_LAYER,
        widened(weights.get(FIRST_LAYER), manifest.network().inChannels(), network.inChannels()));
    return Optional.of(wider);
  }

  /**
   * Adds input channels of weight 0 behind those of a convolution, out x in x height x width; where
   * pixels are folded into channels, behind those of each pixel.
   */
  private static FloatTensor widened(FloatTensor weight, int had, int channels) {
    int[] shape = weight.shape().clone();
    int area = shape[2] * shape[3];
    int before = had * area;
    int after = channels * area;
    int pixels = shape[1] / had;
    var data = new float[shape[0] * pixels * after];
    for (int i = 0; i < shape[0] * pixels; i++) {
      System.arraycopy(weight.data(), i * before, data, i * after, before);
    }
    shape[1] = pixels * channels;
    return new FloatTensor(shape, data);
  }
}
