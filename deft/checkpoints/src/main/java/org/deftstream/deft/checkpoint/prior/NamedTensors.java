package org.deftstream.deft.checkpoint.prior;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.deftstream.deft.UserError;
import org.deftstream.deft.tensor.TensorSource;

/** Tensors by the names of their checkpoint on their way to those of diffusers. */
final class NamedTensors {
  private final Map<String, TensorSource> source;
  private final Set<String> left;
  private final Map<String, TensorSource> weights = new LinkedHashMap<>();

  /**
   * What the layers of a residual block are called.
   *
   * @param time what is added, or scales and shifts, by the timestep
   * @param shortcut beside the block where the channels change
   */
  record Residual(
      String norm1, String conv1, String time, String norm2, String conv2, String shortcut) {}

  NamedTensors(Map<String, TensorSource> source) {
    this.source = source;
    this.left = new TreeSet<>(source.keySet());
  }

  boolean has(String name) {
    return source.containsKey(name);
  }

  /** Whether a name begins so. */
  boolean hasPart(String prefix) {
    return source.keySet().stream().anyMatch(n -> n.startsWith(prefix));
  }

  /**
   * One tensor, which is thereby used.
   *
   * @throws UserError if it is missing or has another number of sides
   */
  TensorSource get(String name, int rank) {
    var tensor = source.get(name);
    if (tensor == null) {
      throw new UserError("weight " + name + " is missing");
    }
    if (tensor.shape().length != rank) {
      throw new UserError(
          "weight " + name + " has " + tensor.shape().length + " sides, not " + rank);
    }
    left.remove(name);
    return tensor;
  }

  /** Number of sides; 0 if it is missing. */
  int rank(String name) {
    return source.containsKey(name) ? source.get(name).shape().length : 0;
  }

  /** Length of a side of a tensor of some rank. */
  int side(String name, int rank, int side) {
    var tensor = source.get(name);
    if (tensor == null || tensor.shape().length != rank) {
      throw new UserError(
          "weight " + name + (tensor == null ? " is missing" : " has not " + rank + " sides"));
    }
    return tensor.shape()[side];
  }

  /** A weight with its bias, as they are. */
  void layer(String from, String to, int rank) {
    weights.put(to + ".weight", get(from + ".weight", rank));
    weights.put(to + ".bias", get(from + ".bias", 1));
  }

  /** A residual block, with its shortcut if it has one. */
  void residual(String from, String to, Residual names) {
    layer(from + "." + names.norm1(), to + ".norm1", 1);
    layer(from + "." + names.conv1(), to + ".conv1", 4);
    layer(from + "." + names.time(), to + ".time_emb_proj", 2);
    layer(from + "." + names.norm2(), to + ".norm2", 1);
    layer(from + "." + names.conv2(), to + ".conv2", 4);
    String shortcut = from + "." + names.shortcut();
    if (has(shortcut + ".weight")) {
      layer(shortcut, to + ".conv_shortcut", 4);
    }
  }

  /** A convolution of one pixel, as the matrix that it is. */
  void matrix(String from, String to, int rank) {
    weights.put(to + ".weight", TensorRows.matrix(get(from + ".weight", rank)));
    weights.put(to + ".bias", get(from + ".bias", 1));
  }

  void qkv(String from, String to, int rank, QkvOrder order, int head) {
    var weight = get(from + ".weight", rank);
    int rows = weight.shape()[0];
    int channels = weight.shape()[1];
    if (rows != 3L * channels || weight.size() != (long) rows * channels) {
      throw new UserError("weight " + from + ".weight is no matrix of 3 x " + channels + " rows");
    }
    if (head < 1 || channels % head != 0) {
      throw new UserError(
          "--head-width is "
              + head
              + ", which does not divide the "
              + channels
              + " channels of "
              + from);
    }
    order.part(weight, get(from + ".bias", 1), head, to, weights);
  }

  /** The last convolution without a learned variance, which is the second half of its rows. */
  void output(String from, int channels) {
    weights.put("conv_out.weight", TensorRows.first(get(from + ".weight", 4), channels));
    weights.put("conv_out.bias", TensorRows.first(get(from + ".bias", 1), channels));
  }

  /** A weight without bias, as it is. */
  void weight(String from, String to, int rank) {
    weights.put(to, get(from, rank));
  }

  /** A weight without bias, another way round. */
  void transposed(String from, String to) {
    weights.put(to, new TransposedMatrix(get(from, 2)));
  }

  /** A tensor that has no place in a network that draws. */
  void drop(String name) {
    left.remove(name);
  }

  /**
   * Drops the filters that sizes change by, which are constants of the network.
   *
   * @return number of taps of a side; 0 where there are none
   * @throws UserError if they are not all alike
   */
  int dropFilters() {
    int taps = 0;
    for (var entry : source.entrySet()) {
      if (entry.getKey().endsWith(".resample_filter")) {
        int[] shape = entry.getValue().shape();
        int side = shape.length == 0 ? 0 : shape[shape.length - 1];
        if (taps != 0 && side != taps) {
          throw new UserError("its filters have " + taps + " and " + side + " taps");
        }
        taps = side;
        left.remove(entry.getKey());
      }
    }
    return taps;
  }

  /**
   * All weights, by diffusers' names.
   *
   * @throws UserError if the checkpoint has tensors besides
   */
  Map<String, TensorSource> complete() {
    if (!left.isEmpty()) {
      throw new UserError(
          "weight "
              + left.iterator().next()
              + " belongs to no layer that is known; the network is of another kind");
    }
    return weights;
  }
}
