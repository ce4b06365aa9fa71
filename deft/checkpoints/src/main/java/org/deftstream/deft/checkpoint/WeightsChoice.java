package org.deftstream.deft.checkpoint;

import static org.deftstream.deft.checkpoint.UnsoundCheckpointException.shown;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.deftstream.deft.tensor.TensorSource;

/**
 * Chooses the weights of a network among what a checkpoint of a training holds: the running average
 * where there is one. Names lose what wrappers put before all of them.
 */
final class WeightsChoice {
  /** Entries that programs keep their weights under, the better first. */
  private static final List<String> KNOWN =
      List.of(
          "ema",
          "ema_state_dict",
          "model_ema",
          "ema_model",
          "state_dict_ema",
          "params_ema",
          "shadow",
          "model",
          "state_dict",
          "model_state_dict",
          "net",
          "network",
          "module",
          "params");

  private static final List<String> WRAPPERS =
      List.of(
          "module.",
          "_orig_mod.",
          "model.diffusion_model.",
          "diffusion_model.",
          "model.",
          "unet.",
          "net.",
          "ema_model.",
          "denoise_fn.");

  /** Programs that keep several networks in one dictionary tell them by these; the better first. */
  private static final List<String> BESIDE =
      List.of(
          "ema_model.",
          "ema.",
          "model_ema.",
          "averaged_model.",
          "module.",
          "online_model.",
          "model.",
          "net.");

  private static final int DEPTH = 3;

  private final Object root;
  private final long fileBytes;

  /** The network object that the weights were found in; null where they were in a dictionary. */
  private PickledObject module;

  WeightsChoice(Object root, long fileBytes) {
    this.root = root;
    this.fileBytes = fileBytes;
  }

  NetworkWeights weights(String key) {
    var found = key == null ? search(root, DEPTH) : at(key);
    if (key != null && found == null) {
      // Of several networks in one dictionary.
      var all = search(root, DEPTH);
      found = all == null ? null : under(key + ".", all);
    }
    if (found == null || found.isEmpty()) {
      throw new UnsoundCheckpointException(
          (key == null ? "it holds no weights" : "it has no weights under " + shown(key))
              + "; it has "
              + entries(root)
              + (key == null ? "; --weights names the one to take" : ""));
    }
    long values = 0;
    for (var tensor : found.values()) {
      values += tensor.size();
      if (values > fileBytes) {
        throw new UnsoundCheckpointException(
            "its tensors claim more values than its " + fileBytes + " bytes can hold");
      }
    }
    return NetworkWeights.of(withoutWrapper(found), module);
  }

  private Map<String, TensorSource> at(String key) {
    Object here = root;
    for (String name : key.split("\\.", -1)) {
      Object inside = here instanceof Map<?, ?> map ? map.get(name) : null;
      here =
          here instanceof List<?> list
                  && name.matches("[0-9]{1,6}")
                  && Integer.parseInt(name) < list.size()
              ? list.get(Integer.parseInt(name))
              : inside;
    }
    return search(here, DEPTH);
  }

  private Map<String, TensorSource> search(Object here, int depth) {
    if (here instanceof List<?> list && depth > 0) {
      return ofList(list, depth);
    }
    if (here instanceof PickledObject object) {
      module = object;
      return new ModuleWeights().of(object);
    }
    if (!(here instanceof Map<?, ?> map)) {
      return null;
    }
    var tensors = tensors(map);
    if (!tensors.isEmpty()) {
      return tensors;
    }
    var average = depth > 0 ? shadow(map) : null;
    if (average != null) {
      return average;
    }
    for (String name : depth > 0 ? KNOWN : List.<String>of()) {
      var found = map.containsKey(name) ? search(map.get(name), depth - 1) : null;
      if (found != null && !found.isEmpty()) {
        return found;
      }
    }
    return null;
  }

  /** DDPM's programs write a list: weights, optimizer, epoch, step, running average. */
  private Map<String, TensorSource> ofList(List<?> list, int depth) {
    int last = Math.min(list.size(), 8) - 1;
    for (int i = last; i >= 0; i -= last > 0 && i == last ? last : 1) {
      var found = search(list.get(i), depth - 1);
      if (found != null && !found.isEmpty()) {
        return found;
      }
    }
    return null;
  }

  /** A running average that is a list of values, in the order of the network's parameters. */
  private static Map<String, TensorSource> shadow(Map<?, ?> map) {
    if (map.get("ema") instanceof Map<?, ?> ema
        && ema.get("shadow_params") instanceof List<?> values
        && map.get("model") instanceof Map<?, ?> model) {
      var named = tensors(model);
      var average = new LinkedHashMap<String, TensorSource>();
      int next = 0;
      for (var entry : named.entrySet()) {
        // What is not trained stands in the dictionary only, and never changes.
        average.put(entry.getKey(), entry.getValue());
        if (next < values.size()
            && values.get(next) instanceof TensorSource value
            && java.util.Arrays.equals(value.shape(), entry.getValue().shape())) {
          average.put(entry.getKey(), value);
          next++;
        }
      }
      if (next != values.size()) {
        throw new UnsoundCheckpointException(
            "the running average has " + values.size() + " values, which do not fit the network's");
      }
      return average;
    }
    return null;
  }

  /** The tensors of a dictionary, or none if what it holds is mostly something else. */
  private static Map<String, TensorSource> tensors(Map<?, ?> map) {
    var tensors = new LinkedHashMap<String, TensorSource>();
    map.forEach(
        (name, value) -> {
          if (value instanceof TensorSource tensor) {
            tensors.put(String.valueOf(name), tensor);
          }
        });
    return 2 * tensors.size() > map.size() ? tensors : Map.of();
  }

  private static Map<String, TensorSource> withoutWrapper(Map<String, TensorSource> tensors) {
    for (String wrapper : WRAPPERS) {
      if (tensors.keySet().stream().allMatch(n -> n.startsWith(wrapper))) {
        return withoutWrapper(under(wrapper, tensors));
      }
    }
    var flattened = flattened(tensors);
    if (!flattened.isEmpty()) {
      return withoutWrapper(flattened);
    }
    // Names without dots are of no layer: counts of steps, schedules.
    boolean several =
        tensors.keySet().stream()
            .allMatch(n -> !n.contains(".") || BESIDE.stream().anyMatch(n::startsWith));
    for (String wrapper : several ? BESIDE : List.<String>of()) {
      var network = under(wrapper, tensors);
      if (!network.isEmpty()) {
        return withoutWrapper(network);
      }
    }
    return tensors;
  }

  private static Map<String, TensorSource> under(String prefix, Map<String, TensorSource> tensors) {
    var shorter = new LinkedHashMap<String, TensorSource>();
    tensors.forEach(
        (name, t) -> {
          if (name.startsWith(prefix)) {
            shorter.put(name.substring(prefix.length()), t);
          }
        });
    return shorter;
  }

  /**
   * Latent diffusion's programs keep the running average of {@code model.a.b} as {@code
   * model_ema.ab}; empty where there is none.
   */
  private static Map<String, TensorSource> flattened(Map<String, TensorSource> tensors) {
    var average = new LinkedHashMap<String, TensorSource>();
    under("model.", tensors)
        .forEach(
            (name, t) -> {
              var value = tensors.get("model_ema." + name.replace(".", ""));
              if (value != null) {
                average.put(name, value);
              }
            });
    return average.size() == under("model.", tensors).size() ? average : Map.of();
  }

  private static String entries(Object here) {
    if (!(here instanceof Map<?, ?> map)) {
      return here instanceof List<?> list ? "a list of " + list.size() : "no dictionary";
    }
    var names = new TreeSet<String>();
    map.keySet().stream().limit(1000).forEach(k -> names.add(shown(k)));
    var first = new ArrayList<>(names).subList(0, Math.min(8, names.size()));
    return first.isEmpty() ? "an empty dictionary" : "the entries " + String.join(", ", first);
  }
}
