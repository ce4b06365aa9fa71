package org.deftstream.deft.checkpoint.prior;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.Checkpoint;
import org.deftstream.deft.checkpoint.NetworkWeights;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.PriorLayout;
import org.deftstream.deft.prior.PriorRuntime;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;

/**
 * A prior in a checkpoint of another program, open as long as its weights are to be read. Whoever
 * opened it closes it. Not thread-safe.
 */
public final class PriorImport implements AutoCloseable {
  /** A file, or a folder of them, that weights are read from. */
  private interface Source extends AutoCloseable {
    @Override
    void close();
  }

  private final Path path;
  private final Source source;
  private final ImportedPrior prior;

  private PriorImport(Path path, Source source, ImportedPrior prior) {
    this.path = path;
    this.source = source;
    this.prior = prior;
  }

  /**
   * Opens a checkpoint and understands its network.
   *
   * @param path a file, a folder of diffusers, or a SavedModel
   * @param like whose layout it has; null: told by the names of its weights
   * @param key the entry of the weights in a checkpoint of a training; null: the running average if
   *     there is one
   * @param answers what cannot be seen in it
   * @throws UserError one line that names the path, what was wrong and what would be right
   */
  public static PriorImport open(Path path, Family like, String key, Answers answers) {
    if (like == Family.SAVEDMODEL || (like == null && isSavedModel(path))) {
      return ofModel(path, Family.SAVEDMODEL, ModelConfig.Format.SAVED_MODEL, key, answers);
    }
    if (Files.isDirectory(path)) {
      return ofFolder(path, like, key, answers);
    }
    if (like == Family.ONNX || (like == null && path.toString().endsWith(".onnx"))) {
      return ofModel(path, Family.ONNX, ModelConfig.Format.ONNX, key, answers);
    }
    var checkpoint = Checkpoint.open(path, like == Family.EDM);
    return closedUnless(
        path,
        checkpoint::close,
        () -> {
          var network = checkpoint.network(key);
          var family = like == null ? told(network.tensors()) : like;
          return convert(family, network, answers);
        });
  }

  private static boolean isSavedModel(Path path) {
    return Files.exists(path.resolve("saved_model.pb"))
        || Files.exists(path.resolve("saved_model.pbtxt"));
  }

  private static PriorImport ofModel(
      Path path, Family family, ModelConfig.Format format, String key, Answers answers) {
    if (key != null) {
      throw new UserError(
          path + ": --weights says nothing about a checkpoint of the family " + family.word());
    }
    PriorRuntime.Model model;
    try {
      model = PriorRuntime.of(format).read(path);
    } catch (UserError e) {
      throw named(path, e);
    }
    return closedUnless(
        path, model::close, () -> ModelConversion.convert(family, format, model, answers));
  }

  private static PriorImport ofFolder(Path path, Family like, String key, Answers answers) {
    if (like != null && like != Family.DIFFUSERS) {
      throw new UserError(
          path + " is a folder; a checkpoint like " + like.word() + " is one file, name that");
    }
    boolean folder = key != null && (key.equals("unet") || key.equals(PriorLayout.AVERAGE));
    var layout = PriorLayout.imported(path, folder ? key : null);
    var checkpoint = Checkpoint.of(path, layout.weights());
    return closedUnless(
        path,
        checkpoint::close,
        () ->
            DiffusersConversion.convert(layout, checkpoint.weights(folder ? null : key), answers));
  }

  private static PriorImport closedUnless(
      Path path, Source source, Supplier<ImportedPrior> understanding) {
    boolean done = false;
    try {
      var opened = new PriorImport(path, source, understanding.get());
      done = true;
      return opened;
    } catch (UserError e) {
      throw named(path, e);
    } finally {
      if (!done) {
        source.close();
      }
    }
  }

  private static UserError named(Path path, UserError e) {
    return e.getMessage().contains(path.toString())
        ? e
        : new UserError(path + ": " + e.getMessage(), e);
  }

  private static Family told(Map<String, TensorSource> weights) {
    for (var family : Family.values()) {
      if (family.names().length > 0 && weights.keySet().containsAll(List.of(family.names()))) {
        return family;
      }
    }
    String first = weights.keySet().iterator().next();
    throw new UserError(
        "its weights, "
            + first.substring(0, Math.min(60, first.length())).replaceAll("\\p{Cntrl}", "?")
            + " and others, have the names of no family that is known: "
            + Family.words());
  }

  private static ImportedPrior convert(Family family, NetworkWeights network, Answers answers) {
    var weights = network.tensors();
    var absent = Arrays.stream(family.names()).filter(n -> !weights.containsKey(n)).toList();
    if (!absent.isEmpty()) {
      throw new UserError(
          "it is no checkpoint like "
              + family.word()
              + ": weight "
              + absent.get(0)
              + " is missing");
    }
    var tensors = new NamedTensors(weights);
    return switch (family) {
      case ADM -> AdmConversion.convert(tensors, answers);
      case DDPM -> DdpmConversion.convert(tensors, answers);
      case EDM ->
          tensors.has("out_conv.weight")
              ? EdmConversion.convert(tensors, network, answers)
              : SongConversion.convert(tensors, network, answers);
      case NCSNPP -> NcsnppConversion.convert(tensors, answers);
      case DRUNET -> DruNetConversion.convert(tensors, answers);
      case ONNX, SAVEDMODEL ->
          throw new IllegalStateException("a model that is taken as it is has no names of layers");
      case DIFFUSERS ->
          throw new UserError(
              "it holds the weights of a diffusers network without its config.json: name the folder"
                  + " in which both lie");
    };
  }

  /** What was understood; its weights can be read until this is closed. */
  public ImportedPrior prior() {
    return prior;
  }

  /**
   * Does what reads weights.
   *
   * @throws UserError if the checkpoint cannot be read to its end
   */
  public void reading(Runnable work) {
    try {
      work.run();
    } catch (UncheckedIOException e) {
      throw new UserError("cannot read " + path + ": " + FileProblem.reason(e.getCause()), e);
    }
  }

  @Override
  public void close() {
    source.close();
  }
}
