package org.deftstream.devstack.demo;

import java.util.List;
import org.deftstream.devstack.instruments.DataSet;
import org.deftstream.devstack.instruments.Figure;

/**
 * What a run on measured data found out; also the JSON document. Immutable.
 *
 * @param status {@code ok}, or {@code failed} if there are problems
 * @param problems what went wrong, one line each
 * @param passedOver what is not there, one line each
 * @param instruments what was reconstructed
 * @param totalMillis the whole run
 * @param machine where it ran
 * @param page the page
 */
record InstrumentResult(
    String status,
    List<String> problems,
    List<String> passedOver,
    List<Instrument> instruments,
    double totalMillis,
    DemoResult.Machine machine,
    String page) {

  /** One data set with its scans. */
  record Instrument(DataSet data, List<Scan> scans) {}

  /**
   * One scan.
   *
   * @param title heading
   * @param known what is known of the truth
   * @param answer the file of the answer, beside the page
   * @param task its task
   * @param method how the prior was conditioned
   * @param sampler how samples were drawn
   * @param samples how many
   * @param latencyMillis from sent to received
   * @param computeMillis of the engine
   * @param estimates figures of every method, ours last
   */
  record Scan(
      String title,
      String known,
      String answer,
      String task,
      String method,
      String sampler,
      int samples,
      double latencyMillis,
      double computeMillis,
      List<Judged> estimates) {}

  /** A method's figures. */
  record Judged(String method, List<Figure> figures) {}
}
