package org.deftstream.deft.prior;

import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.deftstream.deft.UserError;

/**
 * A runtime that evaluates models of ONNX, found by {@link ServiceLoader}: it is large, so it is
 * not among the libraries of a program unless asked for.
 */
public interface PriorRuntime {
  /**
   * What a model takes and gives.
   *
   * @param network its inputs and output; height and width are 0 where it takes any
   * @param alphaBar the schedule that it carries, empty where it carries none
   * @param files names of the files beside it that hold weights
   */
  record Description(Network network, List<Double> alphaBar, List<String> files) {}

  /**
   * As {@link OnnxConfig}, before its size is known.
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

  /**
   * Reads what a model takes and gives.
   *
   * @throws UserError if it is no model, or not one of a prior; one line that names it
   */
  Description describe(Path model);

  /**
   * Opens a prior whose network is an {@link OnnxConfig}.
   *
   * @throws UserError if its model cannot be loaded
   */
  Prior open(PriorDirectory directory);

  /**
   * The runtime of this program.
   *
   * @throws UserError if it has none; one line that says how to have one
   */
  static PriorRuntime installed() {
    return ServiceLoader.load(PriorRuntime.class)
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "models of ONNX need a runtime that is not among this program's libraries:"
                        + " deft-onnx, for example DEFTSTREAM_MAVEN_ARGS=-Ponnx ./deftstream ..."));
  }
}
