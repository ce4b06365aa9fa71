package org.deftstream.deft.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.PriorRuntime;

/** Models of ONNX in ONNX Runtime, on the processor. Local files only. Thread-safe. */
public final class OnnxRuntime implements PriorRuntime {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_CHANNELS = 16;

  @Override
  public Description describe(Path model) {
    try (var session = session(model)) {
      var images = new ArrayList<NodeInfo>();
      var numbers = new ArrayList<NodeInfo>();
      for (var input : session.getInputInfo().values()) {
        (rank(input) == 4 ? images : numbers).add(input);
      }
      if (images.size() != 1 || numbers.size() != 1 || session.getNumOutputs() < 1) {
        throw new UserError(
            model
                + ": it has the inputs "
                + session.getInputNames()
                + "; a prior's has two: images of four sides, and what tells the noise");
      }
      var image = tensor(images.get(0));
      var output = session.getOutputInfo().values().iterator().next();
      long[] sides = image.getShape();
      boolean last =
          sides[3] > 0 && sides[3] <= MOST_CHANNELS && !(sides[1] > 0 && sides[1] <= MOST_CHANNELS);
      long channels = last ? sides[3] : sides[1];
      if (image.type != OnnxJavaType.FLOAT || channels < 1 || rank(output) != 4) {
        throw new UserError(
            model
                + ": its images are "
                + image
                + "; float32 with a known number of channels are understood, in and out");
      }
      long told = tensor(output).getShape()[last ? 3 : 1];
      if (told > 0 && told != channels) {
        throw new UserError(
            model
                + ": it takes "
                + channels
                + " channels and gives "
                + told
                + "; a prior's are the same");
      }
      var time = tensor(numbers.get(0));
      var network =
          new Network(
              (int) Math.max(0, last ? sides[1] : sides[2]),
              (int) Math.max(0, last ? sides[2] : sides[3]),
              (int) channels,
              sides[0] == 1 || (time.getShape().length == 1 && time.getShape()[0] == 1),
              last,
              images.get(0).getName(),
              numbers.get(0).getName(),
              type(model, time),
              time.getShape().length == 0,
              output.getName());
      return new Description(network, schedule(model, session), List.copyOf(OnnxFiles.of(model)));
    } catch (OrtException e) {
      throw unsound(model, e);
    }
  }

  private static String type(Path model, TensorInfo time) {
    if (time.getShape().length > 1) {
      throw new UserError(model + ": what tells the noise has the shape of " + time);
    }
    return switch (time.type) {
      case INT64 -> "int64";
      case INT32 -> "int32";
      case FLOAT -> "float32";
      default -> throw new UserError(model + ": what tells the noise is " + time.type);
    };
  }

  private static TensorInfo tensor(NodeInfo node) {
    if (node.getInfo() instanceof TensorInfo tensor) {
      return tensor;
    }
    throw new UserError("the input or output " + node.getName() + " is no tensor");
  }

  private static int rank(NodeInfo node) {
    return node.getInfo() instanceof TensorInfo tensor ? tensor.getShape().length : -1;
  }

  private static List<Double> schedule(Path model, OrtSession session) throws OrtException {
    Map<String, String> about = session.getMetadata().getCustomMetadata();
    if (!about.containsKey("alphas_cumprod")) {
      return List.of();
    }
    try {
      var kept = new ArrayList<Double>();
      JSON.readTree(about.get("alphas_cumprod")).forEach(a -> kept.add(a.asDouble(-1)));
      return kept;
    } catch (JsonProcessingException e) {
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
    return new OnnxPrior(directory);
  }
}
