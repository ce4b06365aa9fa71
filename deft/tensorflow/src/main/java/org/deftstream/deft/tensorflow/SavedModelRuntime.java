package org.deftstream.deft.tensorflow;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.ModelPrior;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.PriorRuntime;
import org.deftstream.deft.tensorflow.savedmodel.ForeignModel;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.OpDef;

/** SavedModels of TensorFlow that came from elsewhere. Local files only. Thread-safe. */
public final class SavedModelRuntime implements PriorRuntime {
  @Override
  public ModelConfig.Format format() {
    return ModelConfig.Format.SAVED_MODEL;
  }

  @Override
  public Model read(Path model) {
    return ForeignModel.read(model, Operations.KNOWN);
  }

  /** What TensorFlow knows, read once, when it is needed. */
  private static final class Operations {
    private static final Map<String, OpDef> KNOWN = known();

    private static Map<String, OpDef> known() {
      TensorFlowBackend.start(SessionOptions.standard());
      return NativeCalls.call(
          () ->
              TensorFlow.registeredOpList().getOpList().stream()
                  .collect(Collectors.toUnmodifiableMap(OpDef::getName, o -> o)));
    }
  }

  @Override
  public Prior open(PriorDirectory directory) {
    return TensorFlowBackend.start(SessionOptions.standard()).openPrior(directory);
  }

  /** As {@link #open}, with the options of whoever started TensorFlow. */
  static Prior open(PriorDirectory directory, SessionOptions options) {
    directory.requireSuitable();
    var model = new ForeignNetwork(directory, options);
    return new ModelPrior(directory, model.parameters(), model);
  }
}
