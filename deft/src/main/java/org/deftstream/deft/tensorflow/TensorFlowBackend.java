package org.deftstream.deft.tensorflow;

import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.training.TrainableNetwork;

/**
 * The one door to TensorFlow: natives are found and loaded once, networks are opened through it. The
 * rest of the project does not notice which engine runs. Thread-safe.
 */
public final class TensorFlowBackend {
  private static TensorFlowBackend started;

  private final SessionOptions options;

  private TensorFlowBackend(SessionOptions options) {
    this.options = options;
  }

  /** Loads the natives on the first call and returns a door with the given options. */
  public static synchronized TensorFlowBackend start(SessionOptions options) {
    if (started == null) {
      Natives.prepare();
      ai.djl.engine.Engine.getEngine("TensorFlow");
    }
    started = new TensorFlowBackend(options);
    return started;
  }

  /** A prior's network with fresh weights, to be trained. */
  public TrainableNetwork trainPrior(UNetConfig config, long seed) {
    return new TrainingGraph(config, false, options, seed);
  }

  /** An adapter's network with fresh weights, to be trained. */
  public TrainableNetwork trainAdapter(UNetConfig config, long seed) {
    return new TrainingGraph(config, true, options, seed);
  }
}
