package org.deftstream.devstack.demo;

import java.util.List;
import org.deftstream.deft.image.GreyImage;

/**
 * The pictures of one task on the page.
 *
 * @param task the task's name, as in {@link DemoResult.TaskFigures}
 * @param measurementTitle what a measurement is called: {@code sinogram}
 * @param rows one image each
 */
record Gallery(String task, String measurementTitle, List<Row> rows) {

  /**
   * One image in all its forms.
   *
   * @param name a few words below the truth: {@code slice 41}
   * @param truth the image that was measured
   * @param measurement the PNG of what the instrument saw
   * @param pseudoInverse filtered back-projection, or the image with its holes
   * @param trainingFree the training-free answer
   * @param adapter mean of the learned adapter's samples
   * @param standardDeviation over those samples
   * @param psnr of the three reconstructions, in that order
   */
  record Row(
      String name,
      GreyImage truth,
      byte[] measurement,
      GreyImage pseudoInverse,
      GreyImage trainingFree,
      GreyImage adapter,
      GreyImage standardDeviation,
      double[] psnr) {}
}
