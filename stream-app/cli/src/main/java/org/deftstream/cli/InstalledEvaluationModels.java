package org.deftstream.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.evaluation.EvaluationModels;
import org.deftstream.deft.metrics.FeatureNetwork;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.Classifiers;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.trainer.models.ModelFiles;

/**
 * What the models directory and the working directory hold.
 *
 * @param bfloat16 whether priors multiply in bfloat16; adapters and classifiers never do
 */
record InstalledEvaluationModels(ModelFiles files, TensorFlowBackend backend, boolean bfloat16)
    implements EvaluationModels {
  /** Where the program is installed; set by the launcher. */
  private static final String HOME = "deftstream.home";

  @Override
  public Task task(String name) {
    return files.task(name);
  }

  @Override
  public Prior openPrior(Task task) {
    var options = new SessionOptions(SessionOptions.standard().threads(), bfloat16);
    return TensorFlowBackend.start(options).openPrior(files.prior(task.prior()));
  }

  @Override
  public String precision() {
    return bfloat16 ? "bfloat16" : FLOAT32;
  }

  @Override
  public FeatureNetwork openFeatures(String name) {
    return Classifiers.open(files.features(name), SessionOptions.standard());
  }

  @Override
  public AdapterNetworks adapterNetworks() {
    return backend.adapterNetworks();
  }

  @Override
  public Path file(String name) {
    return find(name);
  }

  /** A file in the working directory or, failing that, in the program's own. */
  static Path find(String name) {
    Path here = Path.of(name);
    String home = System.getProperty(HOME);
    if (Files.exists(here) || here.isAbsolute() || home == null) {
      return here;
    }
    Path installed = Path.of(home).resolve(name);
    return Files.exists(installed) ? installed : here;
  }

  @Override
  public String machine() {
    int processors = Runtime.getRuntime().availableProcessors();
    return processors
        + (processors == 1 ? " processor, " : " processors, ")
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.arch")
        + ", Java "
        + System.getProperty("java.version");
  }
}
