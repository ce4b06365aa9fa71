package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.JsonFields;
import org.deftstream.deft.text.JsonText;

/**
 * Where the files of a prior lie: a pipeline's directory has {@code unet/} and {@code scheduler/},
 * a network that was saved alone has its files at the top, with {@code scheduler_config.json}
 * beside them. The weights are one safetensors file, whole or of a variant ({@code
 * diffusion_pytorch_model.fp16.safetensors}), or shards with their index.
 *
 * @param network {@code config.json}
 * @param scheduler {@code scheduler_config.json}; null where a folder that is imported has none
 * @param weights safetensors files, in the order of names
 */
public record PriorLayout(Path network, Path scheduler, List<Path> weights) {
  /** The layout that is written. */
  static final String NETWORK = "unet/config.json";

  static final String SCHEDULER = "scheduler/scheduler_config.json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODEL = "diffusion_pytorch_model";
  static final String WEIGHTS = "unet/" + MODEL + ".safetensors";

  /** Where trainings of diffusers keep the running average. */
  public static final String AVERAGE = "unet_ema";

  /** The graph of a model of TensorFlow, and its variables. */
  public static final String GRAPH = "model.pb";

  private static final String VARIABLES = "model.safetensors";

  /**
   * Finds the files.
   *
   * @throws UserError if one is missing: one line that names it, and what is there instead
   */
  static PriorLayout of(Path path) {
    return of(path, false, "unet");
  }

  /**
   * Finds the files of a folder that is imported, whose weights may be pickles of torch ({@code
   * diffusion_pytorch_model.bin}, whole or in shards) where there is no safetensors file, and which
   * may have no scheduler.
   *
   * @param unet the folder of the network, unless its files lie at the top; null: {@code unet_ema},
   *     in which trainings keep the running average, if it is there, else {@code unet}
   * @throws UserError if another is missing: one line that names it, and what is there instead
   */
  public static PriorLayout imported(Path path, String unet) {
    boolean averaged = Files.exists(path.resolve(AVERAGE).resolve("config.json"));
    return of(path, true, unet == null && averaged ? AVERAGE : unet == null ? "unet" : unet);
  }

  private static PriorLayout of(Path path, boolean foreign, String name) {
    if (!Files.isDirectory(path)) {
      throw new UserError(
          "no prior at "
              + path
              + ": "
              + (Files.exists(path) ? "it is not a directory" : "no such directory"));
    }
    Path unet = path.resolve(name);
    Path folder = Files.exists(unet) || !Files.exists(path.resolve("config.json")) ? unet : path;
    Path network = required(path, folder.resolve("config.json"));
    Path scheduler = path.resolve("scheduler_config.json");
    if (folder.equals(unet) || !Files.exists(scheduler)) {
      Path usual = path.resolve(SCHEDULER);
      scheduler = foreign && !Files.exists(usual) ? null : required(path, usual);
    }
    return new PriorLayout(network, scheduler, weights(path, folder, foreign));
  }

  private static Path required(Path path, Path file) {
    if (!Files.exists(file)) {
      Path folder = Files.isDirectory(file.getParent()) ? file.getParent() : path;
      throw missing(path, path.relativize(file).toString(), names(folder));
    }
    return file;
  }

  private static UserError missing(Path path, String what, List<String> found) {
    String there = String.join(", ", found.stream().limit(8).toList());
    return new UserError(
        "no prior at "
            + path
            + ": "
            + what
            + " is missing; "
            + (found.isEmpty() ? "nothing is there" : "there: " + there));
  }

  private static List<Path> weights(Path path, Path folder, boolean pickles) {
    Path whole = folder.resolve(MODEL + ".safetensors");
    if (Files.exists(whole)) {
      return List.of(whole);
    }
    var all = names(folder);
    var models = all.stream().filter(n -> n.endsWith(".onnx")).toList();
    if (models.size() == 1) {
      // Its weights may lie beside it, in files of any name.
      var others = all.stream().filter(n -> !n.equals(models.get(0)) && !n.endsWith(".json"));
      return Stream.concat(models.stream(), others).map(folder::resolve).toList();
    }
    if (all.contains(GRAPH)) {
      return Stream.of(GRAPH, VARIABLES).filter(all::contains).map(folder::resolve).toList();
    }
    var names = all.stream().filter(n -> n.startsWith(MODEL)).toList();
    var indices = indices(names, "safetensors");
    if (indices.size() == 1) {
      return shards(folder, folder.resolve(indices.get(0)), "safetensors");
    }
    var variants = names.stream().filter(n -> n.matches(MODEL + "\\.\\w+\\.safetensors")).toList();
    if (variants.size() == 1 && indices.isEmpty()) {
      return List.of(folder.resolve(variants.get(0)));
    }
    String what = path.relativize(whole).toString();
    if (variants.size() + indices.size() > 1) {
      throw missing(path, what + " or exactly one variant", names);
    }
    var binaries = pickles ? binaries(folder, names) : List.<Path>of();
    if (!binaries.isEmpty()) {
      return binaries;
    }
    boolean pickle = names.stream().anyMatch(n -> n.endsWith(".bin"));
    throw missing(
        path,
        pickle
            ? what
                + " (a .bin is a pickle that can run code: 'deftstream prior import' takes its numbers)"
            : what,
        names(folder));
  }

  /** The pickle of the network, or its shards; none if that is not clear. */
  private static List<Path> binaries(Path folder, List<String> names) {
    if (names.contains(MODEL + ".bin")) {
      return List.of(folder.resolve(MODEL + ".bin"));
    }
    var indices = indices(names, "bin");
    if (indices.size() == 1) {
      return shards(folder, folder.resolve(indices.get(0)), "bin");
    }
    var variants = names.stream().filter(n -> n.matches(MODEL + "\\.\\w+\\.bin")).toList();
    return variants.size() == 1 ? List.of(folder.resolve(variants.get(0))) : List.of();
  }

  /** The index of the shards, or those of variants, which have had their word in three places. */
  private static List<String> indices(List<String> names, String ending) {
    String whole = MODEL + "." + ending + ".index.json";
    String of = "(\\.\\w+)?\\." + ending + "(\\.\\w+)?\\.index(\\.\\w+)?\\.json";
    return names.contains(whole)
        ? List.of(whole)
        : names.stream().filter(n -> n.matches(MODEL + of)).toList();
  }

  private static List<Path> shards(Path folder, Path index, String ending) {
    var files = new TreeSet<Path>();
    try {
      var map = JsonFields.of(JsonText.readObject(index), "index").object("weight_map");
      for (var entry : map.json().properties()) {
        String name = map.text(entry.getKey());
        // Only neighbours: an index says nothing about files elsewhere on the machine.
        if (!name.matches("[A-Za-z0-9._-]+\\." + ending)) {
          throw new IllegalArgumentException("not a " + ending + " file beside it: '" + name + "'");
        }
        files.add(folder.resolve(name));
      }
    } catch (IllegalArgumentException e) {
      throw new UserError(index + ": " + e.getMessage(), e);
    }
    if (files.isEmpty()) {
      throw new UserError(index + ": weight_map names no file");
    }
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new UserError(index + ": " + file.getFileName() + " is missing");
      }
    }
    return List.copyOf(files);
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UserError("cannot read " + folder + ": " + FileProblem.reason(e), e);
    }
  }

  /**
   * Writes network, schedule and weights where {@link #of} finds them.
   *
   * @param forced whether the weights are on the disk when this returns
   * @throws UserError if a file cannot be written
   */
  public static void write(
      Path path,
      NetworkConfig unet,
      SchedulerConfig scheduler,
      Map<String, ? extends TensorSource> weights,
      Safetensors.Storage storage,
      boolean forced) {
    try {
      Safetensors.write(path.resolve(WEIGHTS), weights, storage, Map.of("format", "pt"), forced);
    } catch (UncheckedIOException e) {
      throw new UserError("cannot write prior " + path + ": " + FileProblem.of(e.getCause()), e);
    }
    write(path, unet, scheduler);
  }

  /**
   * Writes the files of a model of another program, its schedule, and the weights that do not lie
   * in its files; whoever asked forces them to the disk.
   *
   * @throws UserError if a file cannot be read or written
   */
  static void write(
      Path path,
      ModelConfig network,
      SchedulerConfig scheduler,
      List<ModelFile> files,
      Map<String, ? extends TensorSource> weights) {
    try {
      Path folder = Files.createDirectories(path.resolve(NETWORK).getParent());
      for (var file : files) {
        try (var in = file.content().open()) {
          Files.copy(in, folder.resolve(file.name()));
        }
      }
      if (!weights.isEmpty()) {
        Path variables = folder.resolve(VARIABLES);
        Safetensors.write(variables, weights, Safetensors.Storage.F32, Map.of(), false);
      }
    } catch (IOException e) {
      throw new UserError("cannot write prior " + path + ": " + FileProblem.of(e), e);
    } catch (UncheckedIOException e) {
      throw new UserError("cannot write prior " + path + ": " + FileProblem.of(e.getCause()), e);
    }
    write(path, network, scheduler);
  }

  private static void write(Path path, NetworkConfig unet, SchedulerConfig scheduler) {
    try {
      var pretty = JSON.writerWithDefaultPrettyPrinter();
      AtomicFiles.write(path.resolve(NETWORK), pretty.writeValueAsString(unet.toJson()) + "\n");
      AtomicFiles.write(
          path.resolve(SCHEDULER), pretty.writeValueAsString(scheduler.toJson()) + "\n");
    } catch (IOException e) {
      throw new UserError("cannot write prior " + path + ": " + FileProblem.of(e), e);
    }
  }
}
