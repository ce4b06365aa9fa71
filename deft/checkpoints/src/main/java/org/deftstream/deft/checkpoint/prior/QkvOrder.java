package org.deftstream.deft.checkpoint.prior;

import java.util.Map;
import org.deftstream.deft.tensor.TensorSource;

/** How the rows of one matrix for queries, keys and values lie. */
enum QkvOrder {
  /** [head][q, k, v][channel]: guided-diffusion's first, and improved-diffusion's. */
  LEGACY,
  /** [q, k, v][head][channel]. */
  NEW,
  /** [head][channel][q, k, v]: EDM's. */
  EDM;

  /**
   * Parts a matrix and its bias into those of diffusers.
   *
   * @param weight 3 C rows of C values
   * @param bias 3 C values
   * @param head channels of one head
   * @param name of the attention in diffusers
   */
  void part(
      TensorSource weight,
      TensorSource bias,
      int head,
      String name,
      Map<String, TensorSource> into) {
    int channels = weight.shape()[1];
    String[] parts = {"to_q", "to_k", "to_v"};
    for (int p = 0; p < parts.length; p++) {
      var rows = new int[channels];
      for (int c = 0; c < channels; c++) {
        rows[c] =
            switch (this) {
              case LEGACY -> (c / head * 3 + p) * head + c % head;
              case NEW -> p * channels + c;
              case EDM -> 3 * c + p;
            };
      }
      String part = name + "." + parts[p];
      into.put(part + ".weight", new TensorRows(weight, rows, new int[] {channels, channels}));
      into.put(part + ".bias", new TensorRows(bias, rows, new int[] {channels}));
    }
  }
}
