package org.deftstream.devstack.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.deftstream.deft.task.Task;

/**
 * A task of the demo with the pictures that it measures and the words that the page uses for it.
 *
 * @param task the task, as the service knows it
 * @param title heading on the page
 * @param prefix of measurement ids: {@code ct}
 * @param noun what one picture is called: {@code slice}
 * @param pseudoInverseLabel what the operator's pseudo-inverse is called
 * @param measurementTitle what a measurement is called
 * @param background value of an empty picture, in [-1, 1]
 * @param images the pictures
 */
record Scenario(
    Task task,
    String title,
    String prefix,
    String noun,
    String pseudoInverseLabel,
    String measurementTitle,
    float background,
    DemoImages images) {
  /** Name of the CT task. */
  static final String CT_TASK = "head-ct-64/ct-sparse-20";

  /** Name of the inpainting task. */
  static final String INPAINTING_TASK = "fashion-32/inpaint";

  /** Air in the shipped slices: grey 25. */
  private static final float AIR = 25 / 127.5f - 1;

  /** Sparse-view CT of the head that the prior has never seen. */
  static Scenario ct(Task task) {
    return new Scenario(
        task,
        "Sparse-view CT, 20 views of a head",
        "ct",
        "slice",
        "filtered back-projection",
        "sinogram",
        AIR,
        DemoImages.HEAD_CT);
  }

  /** Pictures with holes, a new mask for each. */
  static Scenario inpainting(Task task) {
    return new Scenario(
        task,
        "Inpainting, pictures with holes",
        "fashion",
        "picture",
        "holes left grey",
        "masked picture",
        -1,
        DemoImages.FASHION);
  }

  /**
   * Measures pictures, spread evenly over the set, in an order that is mixed and always the same.
   *
   * @param count how many; all, if there are fewer
   * @param seed of masks, noise and order: the same seed gives the same measurements
   */
  List<Subject> measure(int count, long seed) {
    var random = new SplittableRandom(seed);
    var subjects = new ArrayList<Subject>();
    for (var image : images.spread(count)) {
      subjects.add(Subject.measure(this, image, random.split()));
    }
    for (int i = subjects.size() - 1; i > 0; i--) {
      Collections.swap(subjects, i, random.nextInt(i + 1));
    }
    return subjects;
  }
}
