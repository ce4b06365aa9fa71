package org.deftstream.deft.tensorflow;

import ai.djl.engine.Engine;
import java.nio.file.Path;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.PriorRuntime;
import org.deftstream.deft.training.TrainableNetwork;

/**
 * The one door to TensorFlow: natives are found and loaded once, networks are opened through it.
 * The rest of the project does not notice which engine runs. Thread-safe.
 */
public final class TensorFlowBackend {
  private static boolean loaded;

  private final SessionOptions options;
  private final AdapterNetworks adapterNetworks;

  private TensorFlowBackend(SessionOptions options) {
    this.options = options;
    this.adapterNetworks = new TensorFlowAdapterNetworks(options);
  }

  /** Loads the natives on the first call and returns a door with the given options. */
  public static synchronized TensorFlowBackend start(SessionOptions options) {
    if (!loaded) {
      Natives.prepare();
      NativeCalls.guardExit();
      NativeCalls.call(() -> Engine.getEngine("TensorFlow"));
      loaded = true;
    }
    return new TensorFlowBackend(options);
  }

  /**
   * Names a shutdown hook that closes engines in order and may need them meanwhile. The end of the
   * process waits for it before it stops calls; for all others calls stop when the end begins.
   *
   * @param hook not started yet; to be taken back with {@link #closed} if it is not needed any more
   */
  public static void closeBeforeExit(Thread hook) {
    NativeCalls.await(hook);
  }

  /** Takes back what {@link #closeBeforeExit} named. */
  public static void closed(Thread hook) {
    NativeCalls.forget(hook);
  }

  /**
   * Opens a prior for evaluation: a model of ONNX in the runtime that is installed, others here.
   *
   * @throws org.deftstream.deft.UserError if its weights do not fit its configuration
   */
  public Prior openPrior(PriorDirectory directory) {
    if (directory.unet() instanceof ModelConfig model) {
      return model.format() == ModelConfig.Format.SAVED_MODEL
          ? SavedModelRuntime.open(directory, options)
          : PriorRuntime.of(model.format()).open(directory);
    }
    return new TensorFlowPrior(directory, options);
  }

  /**
   * Writes a prior as a model of ONNX, and its weights beside it as {@code FILE.data}: inputs
   * {@code sample} and {@code timestep}, output {@code noise}, channels first.
   *
   * @throws org.deftstream.deft.UserError if its weights do not fit its configuration, or it cannot
   *     be written
   */
  public void exportPrior(PriorDirectory directory, Path file) {
    NativeCalls.run(() -> OnnxExport.prior(directory, file));
  }

  /**
   * Writes an adapter as a model of ONNX: inputs {@code features}, {@code gradient} and {@code
   * timestep}, output {@code correction}, channels first.
   *
   * @throws org.deftstream.deft.UserError as {@link #exportPrior}
   */
  public void exportAdapter(AdapterDirectory.Content adapter, Path file) {
    NativeCalls.run(() -> OnnxExport.adapter(adapter, file));
  }

  /** The adapter networks of this engine, shared by all who ask. */
  public AdapterNetworks adapterNetworks() {
    return adapterNetworks;
  }

  /** A prior's network with fresh weights, to be trained. */
  public TrainableNetwork trainPrior(NetworkConfig config, long seed) {
    return GuardedNetwork.of(() -> new TrainingGraph(config, false, 0, options.toProto(), seed));
  }

  /**
   * An adapter's network with fresh weights, to be trained.
   *
   * @param firstScale first value of s(t)
   */
  public TrainableNetwork trainAdapter(NetworkConfig config, double firstScale, long seed) {
    return GuardedNetwork.of(
        () -> new TrainingGraph(config, true, firstScale, options.toProto(), seed));
  }
}
