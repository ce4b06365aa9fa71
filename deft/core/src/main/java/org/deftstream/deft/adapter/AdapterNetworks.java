package org.deftstream.deft.adapter;

import java.util.Map;
import org.deftstream.deft.prior.NetworkConfig;

/** Makes adapter networks; what an engine offers for adapters. Thread-safe. */
public interface AdapterNetworks {
  /**
   * Name and shape of every weight that an adapter of this network has, in the names and layout of
   * diffusers, those of the time scale NN2 included. Allocates no weights.
   *
   * @throws IllegalArgumentException one line that says why such a network cannot be built
   */
  Map<String, int[]> weightShapes(NetworkConfig network);

  /**
   * Opens the network, or shares it with those who opened an equal one before. Each call is matched
   * by one {@link AdapterNetwork#close}; the last one gives the network back.
   *
   * @throws IllegalArgumentException one line that says why such a network cannot be built
   */
  AdapterNetwork open(NetworkConfig network);
}
