package org.deftstream.deft.regression;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.RunSettings;
import org.deftstream.deft.training.TrainableNetwork;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.deft.training.TrainingRun;

/**
 * Trains a regression with the loop, the optimiser and the budget that adapters are trained with,
 * and writes it. The network's residual term is left at 0.
 *
 * @param settings how to train
 * @param task what for
 * @param pairs images with measurements
 * @param network a fresh adapter network of the settings' specification; closed by the caller
 */
public record RegressionTraining(
    Settings settings, Task task, LabelledPairs pairs, TrainableNetwork network) {
  /**
   * How to train.
   *
   * @param name the regression's name
   * @param network its network
   * @param unrolling how it is applied
   * @param directory checkpoints in {@code run}, the result in {@code regression}
   * @param rows images per batch
   */
  public record Settings(
      String name,
      NetworkConfig network,
      Unrolling unrolling,
      Path directory,
      TrainingBudget budget,
      double learningRate,
      int rows,
      double emaDecay,
      double checkpointMinutes,
      long seed)
      implements RunSettings {}

  /**
   * Trains until the budget is used up.
   *
   * @return the directory of the regression
   * @throws IllegalArgumentException if the task's operator cannot be unrolled so
   */
  public Path run(TrainingRun.Listener listener) {
    settings.unrolling().require(task.operator());
    var run = settings.newRun(network);
    run.run(
        new RegressionBatches(
            settings.unrolling(), pairs, network, settings.rows(), settings.seed()),
        listener);
    byte[] file = Safetensors.encode(network.averagedWeights(), Safetensors.Storage.F32, Map.of());
    var manifest =
        new RegressionManifest(
            settings.name(),
            task.name(),
            task.operator().spec(),
            Operators.fingerprint(task.operator()),
            settings.network(),
            settings.unrolling(),
            AdapterVerifier.sha256(file),
            network.parameters(),
            provenance(run));
    Path directory = settings.directory().resolve("regression");
    RegressionDirectory.write(directory, manifest, file);
    return directory;
  }

  private ObjectNode provenance(TrainingRun run) {
    var json = JsonNodeFactory.instance.objectNode().put("pairs", pairs.origin());
    json.put("images", pairs.size()).put("steps", run.steps()).put("rows", settings.rows());
    json.put("processorMinutes", Math.round(run.processorMinutes() * 10) / 10.0);
    json.put("learningRate", settings.learningRate()).put("emaDecay", settings.emaDecay());
    json.put("seed", settings.seed());
    var curve = run.curve();
    if (!curve.isEmpty()) {
      json.put("loss", curve.get(curve.size() - 1)[2]);
    }
    return json;
  }
}
