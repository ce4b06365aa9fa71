package org.deftstream.deft.evaluation.report;

import java.util.List;
import org.deftstream.deft.image.ImageShape;

/**
 * The pictures of one task on the page.
 *
 * @param plan name of the plan
 * @param task name of the task
 * @param shape of the images
 * @param labels of the methods
 * @param rows one image each
 */
public record Gallery(
    String plan, String task, ImageShape shape, List<String> labels, List<Row> rows) {

  /**
   * One image in all its forms.
   *
   * @param truth flat, channels last
   * @param measurement PNG of what the instrument saw; null if there is none
   * @param cells what each method made of it, in the order of the labels; null where it failed
   */
  public record Row(float[] truth, byte[] measurement, List<Cell> cells) {}

  /**
   * One reconstruction.
   *
   * @param mean flat, channels last
   * @param deviation standard deviation of the samples; null for a single one
   * @param psnr in dB
   */
  public record Cell(float[] mean, float[] deviation, double psnr) {}
}
