package org.deftstream.service.control;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.prior.NetworkConfig;

/**
 * Networks with a closed form, {@code h = gain g}, that refuse to work after they were closed and
 * count how many are open.
 */
final class ClosedFormNetworks implements AdapterNetworks {
  static final String GAIN = "scale.bias";

  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger opened = new AtomicInteger();

  /** Thrown instead of opening a network, if set. */
  Error failure;

  @Override
  public Map<String, int[]> weightShapes(NetworkConfig network) {
    return Map.of(GAIN, new int[] {1});
  }

  @Override
  public AdapterNetwork open(NetworkConfig network) {
    if (failure != null) {
      throw failure;
    }
    open.incrementAndGet();
    opened.incrementAndGet();
    return new Network();
  }

  private final class Network implements AdapterNetwork {
    private final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public float[] predict(AdapterWeights weights, float[] features, float[] gradient, int[] t) {
      if (closed.get()) {
        throw new IllegalStateException("used after it was closed");
      }
      float gain = weights.tensors().get(GAIN).data()[0];
      var h = new float[gradient.length];
      for (int i = 0; i < h.length; i++) {
        // Also finite at zero if the gain is, and never if it is not.
        h[i] = gain * gradient[i];
      }
      return h;
    }

    @Override
    public void close() {
      if (closed.getAndSet(true)) {
        throw new IllegalStateException("closed twice");
      }
      open.decrementAndGet();
    }
  }
}
