package org.deftstream.devstack.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.metrics.Bootstrap;

/**
 * What one run of the demo found out: the JSON document of {@code --json} and {@code report.json},
 * and the figures on the page. Times are milliseconds, PSNR is in dB over the range [-1, 1].
 * Figures that could not be had are {@code null}.
 *
 * @param outcome {@code ok}, or {@code failed} where {@code problems} says why
 * @param problems one line each; empty when all is well
 * @param records how many went in and came out
 * @param swap the change of method in mid-stream
 * @param training how the adapter was trained on the way; null if one that ships was swapped in
 * @param tasks quality and speed of each task
 * @param deadLetters the hostile records and what became of them, in the order they were sent
 * @param provenance of one reconstruction, as the record carries it
 * @param timing how long the parts of the run took
 * @param settings the numbers the run was made with
 * @param machine where it ran
 * @param stream every answered measurement in the order of arrival
 * @param page path of the page
 */
record DemoResult(
    String outcome,
    List<String> problems,
    Records records,
    Swap swap,
    Training training,
    List<TaskFigures> tasks,
    List<HostileOutcome> deadLetters,
    Map<String, Object> provenance,
    Timing timing,
    Map<String, Object> settings,
    Machine machine,
    List<StreamPoint> stream,
    String page) {

  /**
   * Counts seen by a read_committed consumer. Nothing is lost when {@code sent = reconstructed +
   * deadLettered} and both {@code lost} and {@code duplicates} are 0.
   *
   * @param sent records that the producer wrote, hostile ones included
   * @param reconstructed different records that came back as a reconstruction
   * @param deadLettered different records that came back as a dead letter
   * @param duplicates answers beyond the first, for the same record
   * @param lost records without an answer
   * @param hostile how many of the sent ones were hostile
   */
  record Records(
      int sent, int reconstructed, int deadLettered, int duplicates, int lost, int hostile) {}

  /**
   * The change of method.
   *
   * @param publishedMillis when the first adapter was published, since the first record was sent
   * @param servingMillis when the last adapter served, same clock
   * @param durationMillis from the one to the other
   * @param answeredMeanwhile records that were answered in between
   * @param steps what the service reported, in order
   */
  record Swap(
      double publishedMillis,
      double servingMillis,
      double durationMillis,
      int answeredMeanwhile,
      List<SwapStep> steps) {}

  /**
   * A training on the way. {@link Swap#publishedMillis} is then when the pairs were sent.
   *
   * @param pairs labelled pairs that were sent
   * @param trainedOn those of them that were trained on
   * @param steps of the training
   * @param minutes of computing
   * @param adapterId the adapter that came of it
   * @param validatedOn pairs that the gate judged it by
   * @param reason the gate's reason
   */
  record Training(
      int pairs,
      int trainedOn,
      int steps,
      double minutes,
      String adapterId,
      int validatedOn,
      String reason) {}

  /** One report of the service on its adapters. */
  record SwapStep(double atMillis, String task, String adapterId, String state, String reason) {}

  /**
   * One task.
   *
   * @param task its name
   * @param title a few words for people
   * @param images how many images all methods were compared on
   * @param methods the methods, from the simplest to the learned one
   * @param gains what the learned adapter gains over each other method, on the same measurements
   */
  record TaskFigures(
      String task, String title, int images, List<MethodFigures> methods, List<Gain> gains) {}

  /**
   * One method on one task.
   *
   * @param method {@code pseudo-inverse}, or the method's name in the provenance
   * @param kind which role the method has in the comparison
   * @param label a few words for people
   * @param samples posterior samples behind one image; 0 for none
   * @param psnr of the mean image
   * @param ssim of the mean image
   * @param singleSamplePsnr of one posterior sample, from the mean and the standard deviation
   * @param answers records answered with the method
   * @param perSecond records answered each second while the method served
   * @param latencyMillis from sent to received
   * @param computeMillis inside the engine
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record MethodFigures(
      String method,
      MethodKind kind,
      String label,
      int samples,
      Bootstrap.Interval psnr,
      Bootstrap.Interval ssim,
      Double singleSamplePsnr,
      int answers,
      Double perSecond,
      Percentiles latencyMillis,
      Percentiles computeMillis) {}

  /** The roles in the comparison. */
  enum MethodKind {
    /** No model at all. */
    PSEUDO_INVERSE,
    /** The prior, without any training for the task. */
    TRAINING_FREE,
    /** The prior with the learned adapter. */
    ADAPTER
  }

  /** Paired differences, the learned adapter minus another method. */
  record Gain(String over, MethodKind kind, Bootstrap.Interval psnr, Bootstrap.Interval ssim) {}

  /**
   * One hostile record.
   *
   * @param key its key
   * @param what what was wrong with it, in words
   * @param deadLettered whether it came back as a dead letter
   * @param stage where the service stopped it
   * @param reason the message in the dead letter's headers
   */
  record HostileOutcome(
      String key, String what, boolean deadLettered, String stage, String reason) {}

  /** How long the parts of the run took. */
  record Timing(double startMillis, double streamMillis, double totalMillis) {}

  /** Where it ran. */
  record Machine(int processors, String os, String java, String device) {
    /**
     * This one.
     *
     * @param device where the network ran
     */
    static Machine here(String device) {
      return new Machine(
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("os.name") + " " + System.getProperty("os.arch"),
          System.getProperty("java.version"),
          device);
    }
  }

  /**
   * One answered measurement.
   *
   * @param id measurement id
   * @param task its task
   * @param kind training-free or learned
   * @param adapterId the adapter, or null
   * @param arrivedMillis when the answer was received, since the first record was sent
   * @param latencyMillis from sent to received
   * @param psnr of the answer
   */
  record StreamPoint(
      String id,
      String task,
      MethodKind kind,
      String adapterId,
      double arrivedMillis,
      double latencyMillis,
      double psnr) {}

  /** Figures of a task and role, or null. */
  static MethodFigures find(TaskFigures task, MethodKind kind) {
    return task.methods().stream().filter(m -> m.kind() == kind).findFirst().orElse(null);
  }
}
