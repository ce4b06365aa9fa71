package org.deftstream.deft.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.ModelFile;
import org.deftstream.deft.prior.ModelPorts;
import org.deftstream.deft.prior.ModelPrior;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.PriorRuntime;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.JsonText;

/** Models of ONNX in ONNX Runtime, on the processor. Local files only. Thread-safe. */
public final class OnnxRuntime implements PriorRuntime {

  @Override
  public ModelConfig.Format format() {
    return ModelConfig.Format.ONNX;
  }

  /** A model that is copied with the files that hold its weights; nothing is open. */
  private record Copied(Network network, List<Double> alphaBar, List<ModelFile> files)
      implements Model {
    @Override
    public Map<String, TensorSource> weights() {
      return Map.of();
    }

    @Override
    public void close() {}
  }

  @Override
  public Model read(Path model) {
    try (var session = session(model)) {
      var inputs = session.getInputInfo().values().stream().map(OnnxRuntime::port).toList();
      if (session.getNumOutputs() < 1) {
        throw new UserError(model + ": it has no output");
      }
      var output = port(session.getOutputInfo().values().iterator().next());
      var files = new ArrayList<>(List.of(ModelFile.copy(model)));
      OnnxFiles.of(model).forEach(name -> files.add(ModelFile.copy(model.resolveSibling(name))));
      return new Copied(ModelPorts.network(inputs, output), schedule(model, session), files);
    } catch (IllegalArgumentException e) {
      throw new UserError(model + ": " + e.getMessage(), e);
    } catch (OrtException e) {
      throw unsound(model, e);
    }
  }

  private static ModelPorts.Port port(NodeInfo node) {
    return node.getInfo() instanceof TensorInfo tensor
        ? new ModelPorts.Port(node.getName(), type(tensor.type), tensor.getShape())
        : new ModelPorts.Port(node.getName(), "no tensor", null);
  }

  private static String type(OnnxJavaType type) {
    return type == OnnxJavaType.FLOAT ? "float32" : type.name().toLowerCase(Locale.ROOT);
  }

  private static List<Double> schedule(Path model, OrtSession session) throws OrtException {
    Map<String, String> about = session.getMetadata().getCustomMetadata();
    if (!about.containsKey("alphas_cumprod")) {
      return List.of();
    }
    try {
      var kept = new ArrayList<Double>();
      JsonText.parse(about.get("alphas_cumprod"), "alphas_cumprod")
          .forEach(a -> kept.add(a.asDouble(-1)));
      return kept;
    } catch (IllegalArgumentException e) {
      throw new UserError(model + ": its alphas_cumprod is no list of numbers", e);
    }
  }

  /**
   * Opens a model; whoever asked closes it.
   *
   * @throws UserError if it is none, or names files that do not lie beside it
   */
  static OrtSession session(Path model) throws OrtException {
    if (!Files.isRegularFile(model)) {
      throw new UserError("no model at " + model);
    }
    OnnxFiles.of(model);
    try (var options = new OrtSession.SessionOptions()) {
      options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return OrtEnvironment.getEnvironment().createSession(model.toString(), options);
    }
  }

  static UserError unsound(Path model, OrtException e) {
    String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new UserError(model + ": ONNX Runtime does not take it: " + reason, e);
  }

  @Override
  public Prior open(PriorDirectory directory) {
    directory.requireSuitable();
    var files = directory.weightFiles();
    // About: the size of the model's files in numbers of single precision.
    long bytes = files.stream().mapToLong(OnnxRuntime::size).sum();
    var model = new OnnxModel(files.get(0), (ModelConfig) directory.unet());
    return new ModelPrior(directory, bytes / Float.BYTES, model);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + FileProblem.of(e), e);
    }
  }
}
