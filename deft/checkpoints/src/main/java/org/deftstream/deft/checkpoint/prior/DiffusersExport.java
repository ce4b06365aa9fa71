package org.deftstream.deft.checkpoint.prior;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.BetaSchedule;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.PriorLayout;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.safetensors.NewDirectory;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;

/** Writes a prior as a folder that diffusers opens: its names, its classes, nothing of ours. */
public final class DiffusersExport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LIBRARY = "diffusers";

  private DiffusersExport() {}

  /**
   * Writes the folder: of a prior with timesteps {@code DDPMPipeline} opens it whole, of others
   * {@code UNet2DModel} and the scheduler's class their parts.
   *
   * @throws UserError if diffusers has no such network or scheduler, or it cannot be written
   */
  public static void write(PriorDirectory prior, Path out) {
    if (prior.unet() instanceof ModelConfig model) {
      throw new UserError(
          "prior "
              + prior.path()
              + " is a model of "
              + model.format().program()
              + " itself; those are not translated");
    }
    if (!(prior.unet() instanceof UNetConfig)) {
      throw new UserError(
          "prior "
              + prior.path()
              + " is a "
              + prior.unet().toJson().path("_class_name").asText()
              + ", which diffusers does not have; --to onnx takes it");
    }
    if (!prior.scheduler().inDiffusers()) {
      throw new UserError(
          "prior "
              + prior.path()
              + " is asked as no scheduler of diffusers asks; --to onnx takes it");
    }
    NewDirectory.write(out, hidden -> content(prior, hidden));
  }

  private static void content(PriorDirectory prior, Path folder) {
    try (var weights = prior.openWeights()) {
      // Without what it is called here, which diffusers has no place for.
      PriorLayout.write(
          folder,
          prior.unet(),
          prior.scheduler(),
          named(weights.tensors()),
          Safetensors.Storage.F32,
          false);
    }
    if (prior.scheduler() instanceof BetaSchedule) {
      var index = JsonNodeFactory.instance.objectNode();
      index.put("_class_name", "DDPMPipeline");
      index.put("_diffusers_version", "0.30.0");
      index.putArray("scheduler").add(LIBRARY).add("DDPMScheduler");
      index.putArray("unet").add(LIBRARY).add("UNet2DModel");
      Path file = folder.resolve("model_index.json");
      try {
        AtomicFiles.write(
            file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(index) + "\n");
      } catch (IOException e) {
        throw new UserError("cannot write " + file + ": " + FileProblem.reason(e), e);
      }
    }
  }

  /** Attention of before diffusers 0.17 had other names. */
  private static Map<String, TensorSource> named(Map<String, TensorSource> weights) {
    var named = new LinkedHashMap<String, TensorSource>();
    weights.forEach(
        (name, tensor) ->
            named.put(
                name.replace(".query.", ".to_q.")
                    .replace(".key.", ".to_k.")
                    .replace(".value.", ".to_v.")
                    .replace(".proj_attn.", ".to_out.0."),
                tensor));
    return named;
  }
}
