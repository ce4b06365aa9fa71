package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.evaluation.report.MethodSetup;

/**
 * What a plan ran, with the keys under which its results are kept: all that a report needs besides
 * the results. Immutable.
 *
 * @param name the plan's name
 * @param title heading of the report
 * @param about a paragraph for the report
 * @param command the command that ran it
 * @param device engine, device and processors
 * @param batch largest batch
 * @param tasks one entry for each task
 */
public record RunManifest(
    String name,
    String title,
    String about,
    String command,
    String device,
    int batch,
    List<TaskRun> tasks) {
  private static final ObjectMapper JSON =
      new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

  /**
   * A task of the plan.
   *
   * @param task the task's name
   * @param prior name of the prior
   * @param priorParameters number of its weights
   * @param operator specification of the operator
   * @param linear whether the operator is
   * @param height of the images
   * @param width of the images
   * @param channels of the images
   * @param items number of measurements
   * @param seeds how often each image was measured
   * @param images which images, in words
   * @param key of the measurements: truths and pictures are kept under it
   * @param calibration which validation images, in words; null for none
   * @param calibrationKey of the validation measurements; null for none
   * @param calibrationItems number of them
   * @param features the classifier's name and checksum; null for none
   * @param featureDimension length of its features
   * @param reference label of the method that differences are taken to; null for none
   * @param methods in the order of the plan
   */
  public record TaskRun(
      String task,
      String prior,
      long priorParameters,
      JsonNode operator,
      boolean linear,
      int height,
      int width,
      int channels,
      int items,
      int seeds,
      String images,
      String key,
      String calibration,
      String calibrationKey,
      int calibrationItems,
      String features,
      int featureDimension,
      String reference,
      List<MethodRun> methods) {}

  /**
   * A method on a task.
   *
   * @param setup how it was run; its settings are {@link Method#identity}
   * @param key of its results
   * @param calibrationKey of its results on the validation images; null for none
   * @param residualLow residuals below are marked in service; null where none are
   * @param residualHigh likewise above
   */
  public record MethodRun(
      @JsonUnwrapped MethodSetup setup,
      String key,
      String calibrationKey,
      Double residualLow,
      Double residualHigh) {}

  String toText() {
    return JSON.valueToTree(this).toPrettyString() + "\n";
  }

  static RunManifest read(Path file) {
    try {
      return JSON.readValue(file.toFile(), RunManifest.class);
    } catch (IOException e) {
      throw new UserError(file + " is not understood: " + e.getMessage().lines().findFirst(), e);
    }
  }
}
