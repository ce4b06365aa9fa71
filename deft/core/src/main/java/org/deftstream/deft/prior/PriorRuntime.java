package org.deftstream.deft.prior;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.deftstream.deft.UserError;
import org.deftstream.deft.tensor.TensorSource;

/**
 * What reads and evaluates models of other programs, found by {@link ServiceLoader}: a runtime may
 * be large, so it is not among the libraries of a program unless asked for.
 */
public interface PriorRuntime {
  /** A model that was read; its weights can be read until it is closed, by whoever asked for it. */
  interface Model extends AutoCloseable {
    /** Its inputs and output. */
    Network network();

    /** The schedule that it carries, empty where it carries none. */
    List<Double> alphaBar();

    /** Its files as they are written into a prior's directory, the model itself first. */
    List<ModelFile> files();

    /** Weights that do not lie in its files, by their names. */
    Map<String, TensorSource> weights();

    @Override
    void close();
  }

  /**
   * As {@link ModelConfig}, before its size is known.
   *
   * @param height 0 where it takes any
   * @param width 0 where it takes any
   */
  record Network(
      int height,
      int width,
      int channels,
      boolean oneByOne,
      boolean channelsLast,
      String sample,
      String time,
      String timeType,
      boolean timeScalar,
      String output) {}

  /** The format that it reads. */
  ModelConfig.Format format();

  /**
   * Reads what a model takes and gives, without evaluating it.
   *
   * @throws UserError if it is no model, or not one of a prior; one line that names it
   */
  Model read(Path model);

  /**
   * Opens a prior whose network is a {@link ModelConfig} of this format.
   *
   * @throws UserError if its model cannot be loaded
   */
  Prior open(PriorDirectory directory);

  /**
   * The runtime of a format.
   *
   * @throws UserError if this program has none; one line that says how to have one
   */
  static PriorRuntime of(ModelConfig.Format format) {
    for (var runtime : ServiceLoader.load(PriorRuntime.class)) {
      if (runtime.format() == format) {
        return runtime;
      }
    }
    String program = format.program();
    throw new UserError(
        format == ModelConfig.Format.ONNX
            ? "models of ONNX need a runtime that is not among this program's libraries: deft-onnx,"
                + " for example DEFTSTREAM_MAVEN_ARGS=-Ponnx ./deftstream ..."
            : "models of " + program + " need deft-tensorflow among this program's libraries");
  }
}
