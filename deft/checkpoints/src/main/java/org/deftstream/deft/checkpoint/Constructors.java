package org.deftstream.deft.checkpoint;

import static org.deftstream.deft.checkpoint.UnsoundCheckpointException.shown;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The classes and functions that a pickle may name, and what a call of one stands for here. None is
 * ever looked up or called: the names are compared with those below.
 */
final class Constructors {
  private static final Set<String> TENSORS =
      Set.of(
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_parameter",
          "torch._utils._rebuild_parameter_with_state",
          "torch.Size",
          "torch.device",
          "torch.storage.TypedStorage",
          "torch.storage.UntypedStorage",
          "collections.OrderedDict",
          "collections.defaultdict",
          "builtins.set",
          "builtins.dict",
          "builtins.list",
          "__builtin__.set",
          "__builtin__.dict",
          "__builtin__.list");

  /** What training writes beside the weights; passed over. */
  private static final Set<String> IGNORED =
      Set.of(
          "argparse.Namespace",
          "types.SimpleNamespace",
          "numpy.dtype",
          "numpy.ndarray",
          "numpy.core.multiarray.scalar",
          "numpy.core.multiarray._reconstruct",
          "numpy._core.multiarray.scalar",
          "numpy._core.multiarray._reconstruct",
          "_codecs.encode",
          "collections.Counter",
          "pathlib.PosixPath",
          "pathlib.PurePosixPath",
          "ml_collections.config_dict.config_dict.ConfigDict",
          "easydict.EasyDict");

  private static final String PERSISTENT = "torch_utils.persistence._reconstruct_persistent_obj";
  private static final String NESTED = "torch.storage._load_from_bytes";
  private static final String EASY_DICT = "dnnlib.util.EasyDict";

  private final boolean modules;
  private final PickleBudget budget;

  /**
   * The names that are known.
   *
   * @param modules whether the pickle may hold networks as NVlabs' programs write them
   * @param budget of the pickles of one file together
   */
  Constructors(boolean modules, PickleBudget budget) {
    this.modules = modules;
    this.budget = budget;
  }

  PickleBudget budget() {
    return budget;
  }

  /** A name, if it is known. */
  PickledClass named(String module, String name) {
    String full = module + "." + name;
    boolean dtype = module.equals("torch") && name.matches("[a-z]+[0-9]*");
    if (TENSORS.contains(full) || IGNORED.contains(full) || dtype || isStorage(full)) {
      return new PickledClass(full);
    }
    if (modules && (isModule(full) || Set.of(PERSISTENT, NESTED, EASY_DICT).contains(full))) {
      return new PickledClass(full);
    }
    throw new UnsoundCheckpointException(
        "it names "
            + shown(full)
            + ", which is no tensor, dictionary or number; nothing of it was run"
            + (isModule(full) || full.equals(PERSISTENT)
                ? ": it holds a whole network object, which only --like edm reads"
                : ": save the state_dict() alone, or as safetensors"));
  }

  private static boolean isStorage(String full) {
    return full.startsWith("torch.") && ElementType.ofStorage(full.substring(6)) != null;
  }

  private static boolean isModule(String full) {
    return full.matches("torch\\.nn\\.modules\\.[a-z_]+\\.[A-Za-z0-9]+");
  }

  /** The element type of a storage's class; null where it is another. */
  static ElementType storage(Object type) {
    return type instanceof PickledClass known && isStorage(known.name())
        ? ElementType.ofStorage(known.name().substring(6))
        : null;
  }

  /** What a call stands for. */
  Object call(Object callable, Object arguments) {
    if (!(callable instanceof PickledClass known) || !(arguments instanceof Object[] args)) {
      throw new UnsoundCheckpointException("it calls what is no function: it is damaged");
    }
    return switch (known.name()) {
      case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor" -> tensor(args);
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
          argument(args, 0, Object.class);
      case "torch.Size" -> argument(args, 0, Object.class);
      case "collections.OrderedDict", "builtins.dict", "__builtin__.dict", EASY_DICT ->
          dictionary(args);
      case "collections.defaultdict" -> new LinkedHashMap<>();
      case "builtins.set", "__builtin__.set", "builtins.list", "__builtin__.list" ->
          args.length == 0 ? new ArrayList<>() : argument(args, 0, List.class);
      case PERSISTENT -> persistent(argument(args, 0, Map.class));
      case NESTED ->
          LegacyTorch.read(argument(args, 0, Bytes.class), new Constructors(false, budget));
      default -> new PickledObject(known.name());
    };
  }

  /** What an object of a class that was made without a call stands for. */
  Object make(Object type) {
    if (!(type instanceof PickledClass known)) {
      throw new UnsoundCheckpointException("it makes an object of no class: it is damaged");
    }
    return switch (known.name()) {
      case "collections.OrderedDict", "collections.defaultdict", EASY_DICT -> new LinkedHashMap<>();
      default -> new PickledObject(known.name());
    };
  }

  private static <T> T argument(Object[] args, int i, Class<T> type) {
    if (i < args.length && type.isInstance(args[i])) {
      return type.cast(args[i]);
    }
    throw new UnsoundCheckpointException("a call has arguments of the wrong kind: it is damaged");
  }

  /** An empty dictionary, or the one that is given: not copied, as a pickle may ask for many. */
  private static Object dictionary(Object[] args) {
    return args.length == 0 ? new LinkedHashMap<>() : argument(args, 0, Map.class);
  }

  private static StoredTensor tensor(Object[] args) {
    return new StoredTensor(
        argument(args, 0, Storage.class),
        argument(args, 1, Number.class).longValue(),
        numbers(argument(args, 2, Object[].class)),
        numbers(argument(args, 3, Object[].class)));
  }

  private static long[] numbers(Object[] values) {
    if (values.length > StoredTensor.MAX_RANK) {
      throw new UnsoundCheckpointException("a tensor has " + values.length + " sides");
    }
    return Arrays.stream(values)
        .mapToLong(v -> argument(new Object[] {v}, 0, Number.class).longValue())
        .toArray();
  }

  /** NVlabs' form of an object: its state, and its source, which is left where it lies. */
  private static PickledObject persistent(Map<?, ?> meta) {
    var object = new PickledObject(String.valueOf(meta.get("class_name")));
    if (meta.get("state") instanceof Map<?, ?> state) {
      object.state(state);
    }
    return object;
  }
}
