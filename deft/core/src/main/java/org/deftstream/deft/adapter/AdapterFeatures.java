package org.deftstream.deft.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalDevice;
import org.deftstream.deft.operator.ProximalPoints;

/**
 * What an adapter's network sees of a row, the same in training and in service, and what follows
 * from its answer. Channels last, in this order: x_t (C), the clipped x0Hat (C, where the form has
 * it), the operator's conditioning and step features, the residual g (C, where the form has one),
 * and where the form remembers it, the clipped estimate of the step before and the likelihood
 * gradient there (2 C). C is the number of image channels. Immutable and thread-safe.
 */
public final class AdapterFeatures {
  /**
   * Default clip of x0Hat. Dividing by sqrt(alphaBar) amplifies errors of the prior 157-fold at t =
   * 999; images are in [-1, 1], so values beyond this carry no information.
   */
  public static final double DEFAULT_CLIP = 1.5;

  private final AdapterForm form;
  private final double clip;
  private final ImageShape shape;
  private final int channels;

  /**
   * Features of a task.
   *
   * @param form what the network sees and answers
   * @param clip bound of |x0Hat|, above 0
   * @param operator the task's operator, bound to a record or not
   */
  public AdapterFeatures(AdapterForm form, double clip, ForwardOperator operator) {
    this(form, clip, operator.imageShape(), channels(form, operator));
  }

  private AdapterFeatures(AdapterForm form, double clip, ImageShape shape, int channels) {
    this.form = form;
    this.clip = clip;
    this.shape = shape;
    this.channels = channels;
  }

  /** The same of images of another size. */
  public AdapterFeatures at(ImageShape other) {
    return other.equals(shape) ? this : new AdapterFeatures(form, clip, other, channels);
  }

  /** Number of feature channels of a form. */
  public static int channels(AdapterForm form, ForwardOperator operator) {
    int images =
        1
            + (form.estimate() ? 1 : 0)
            + (form.gradient() == AdapterForm.Gradient.NONE ? 0 : 1)
            + (form.previous() ? 2 : 0);
    int steps = form.estimate() ? operator.stepFeatureChannels() : 0;
    return images * operator.imageShape().channels() + operator.conditioningChannels() + steps;
  }

  /** Number of feature channels. */
  public int channels() {
    return channels;
  }

  /** The form that these features belong to. */
  public AdapterForm form() {
    return form;
  }

  /** A copy of x0Hat with every value in {@code [-clip, clip]}. */
  public float[] clipped(float[] x0Hat) {
    float bound = (float) clip;
    var clipped = new float[x0Hat.length];
    for (int i = 0; i < clipped.length; i++) {
      clipped[i] = Math.max(-bound, Math.min(bound, x0Hat[i]));
    }
    return clipped;
  }

  /**
   * The proximal points of rows, all at once: the most of what the host computes in a step.
   *
   * @param x0 clipped x0Hat of each row
   * @param alphaBar {@code alphaBar_t} of each row
   * @param device what may find them; null for the host
   * @return a point for each row; nulls where the form has no use for them
   */
  public float[][] proximalPoints(
      float[][] x0, double[] alphaBar, BoundMeasurement[] measurements, ProximalDevice device) {
    if (form.gradient() != AdapterForm.Gradient.PROXIMAL) {
      return new float[x0.length][];
    }
    var rows = new ArrayList<ProximalPoints.Row>(x0.length);
    for (int i = 0; i < x0.length; i++) {
      double rho = proximalWeight(measurements[i].operator(), alphaBar[i]);
      rows.add(new ProximalPoints.Row(measurements[i], x0[i], rho));
    }
    return ProximalPoints.of(rows, device);
  }

  /** The weight rho of the clipped x0Hat in its proximal point, {@code sigma^2 a / (1 - a)}. */
  static double proximalWeight(ForwardOperator operator, double alphaBar) {
    double sigma = operator.noiseSigma();
    return sigma * sigma * alphaBar / (1 - alphaBar);
  }

  /**
   * Writes one row of a batch.
   *
   * @param features the batch's features, rows one after the other
   * @param gradients the batch's gradient input of the network: g, or {@code -g / c} where the
   *     network answers with a clean image, whose sign and scale the minus of eq. 12 undoes
   * @param row index of the row
   * @param xt noisy image
   * @param x0 clipped x0Hat
   * @param alphaBar {@code alphaBar_t}
   * @param proximal the row's point of {@link #proximalPoints}
   */
  public void write(
      float[] features,
      float[] gradients,
      int row,
      float[] xt,
      float[] x0,
      double alphaBar,
      BoundMeasurement measurement,
      float[] proximal) {
    var operator = measurement.operator();
    float[] y = measurement.measurement();
    float[] g = residual(x0, alphaBar, measurement, proximal);
    var target = new Target(features, row * shape.height() * shape.width() * channels);
    target.add(xt);
    if (form.estimate()) {
      target.add(x0);
    }
    target.add(measurement.conditioning());
    if (form.estimate() && operator.stepFeatureChannels() > 0) {
      target.add(operator.stepFeatures(x0, y));
    }
    if (g == null) {
      return;
    }
    target.add(g);
    float sign = form.output() == AdapterForm.Output.CLEAN_IMAGE ? -1 : 1;
    for (int i = 0; i < g.length; i++) {
      gradients[row * g.length + i] = sign * g[i];
    }
  }

  /**
   * Adds to a row that is written the estimate of the step before and the likelihood gradient
   * there. Without this call the row says that there is none: zeros.
   *
   * @param features the batch's features
   * @param row index of the row
   * @param previous the estimate, as it came
   */
  public void writePrevious(
      float[] features, int row, float[] previous, BoundMeasurement measurement) {
    float[] estimate = clipped(previous);
    var target = new Target(features, row * shape.height() * shape.width() * channels);
    target.skip(channels - 2 * shape.channels());
    target.add(estimate);
    target.add(measurement.operator().likelihoodGradient(estimate, measurement.measurement()));
  }

  /** Where the next image-shaped feature of a row goes. */
  private final class Target {
    private final float[] features;
    private int at;

    Target(float[] features, int at) {
      this.features = features;
      this.at = at;
    }

    void skip(int width) {
      at += width;
    }

    void add(float[] image) {
      int pixels = shape.height() * shape.width();
      int width = image.length / pixels;
      for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < width; c++) {
          features[at + p * channels + c] = image[p * width + c];
        }
      }
      at += width;
    }
  }

  /** The residual as the network sees it: g, divided by c where it answers with a clean image. */
  private float[] residual(
      float[] x0, double alphaBar, BoundMeasurement measurement, float[] proximal) {
    var operator = measurement.operator();
    float[] y = measurement.measurement();
    float[] g;
    switch (form.gradient()) {
      case NONE -> {
        return null;
      }
      case PRECONDITIONED -> g = operator.likelihoodGradient(x0, y);
      case PROXIMAL -> {
        g = proximal.clone();
        for (int i = 0; i < g.length; i++) {
          g[i] -= x0[i];
        }
      }
      default -> throw new IllegalStateException(form.gradient().name());
    }
    if (form.output() == AdapterForm.Output.CLEAN_IMAGE) {
      float scale = (float) (1 / Math.sqrt(1 - alphaBar));
      for (int i = 0; i < g.length; i++) {
        g[i] *= scale;
      }
    }
    return g;
  }

  /**
   * The correction h that the network's answer stands for.
   *
   * @param answer the network's answers, rows one after the other
   * @param x0 clipped x0Hat
   * @return h, in noise units
   */
  public float[] correction(
      float[] answer, int row, float[] eps, float[] x0Hat, float[] x0, double alphaBar) {
    int size = shape.size();
    float[] own = Arrays.copyOfRange(answer, row * size, (row + 1) * size);
    switch (form.output()) {
      case CORRECTION -> {
        return own;
      }
      case NOISE -> {
        for (int i = 0; i < size; i++) {
          own[i] -= eps[i];
        }
        return own;
      }
      case CLEAN_IMAGE -> {
        double c = Math.sqrt(1 - alphaBar);
        double scale = Math.sqrt(alphaBar) / c;
        for (int i = 0; i < size; i++) {
          own[i] = (float) (scale * ((double) x0Hat[i] - x0[i] - c * own[i]));
        }
        return own;
      }
      default -> throw new IllegalStateException(form.output().name());
    }
  }

  /**
   * The conditional estimate {@code E[x0 | x_t, y]} that an answer stands for, where the form
   * answers with a clean image.
   *
   * @param answer the network's answers, rows one after the other
   * @param x0 clipped x0Hat
   */
  public float[] estimate(float[] answer, int row, float[] x0, double alphaBar) {
    int size = shape.size();
    float c = (float) Math.sqrt(1 - alphaBar);
    var estimate = new float[size];
    for (int i = 0; i < size; i++) {
      estimate[i] = x0[i] + c * answer[row * size + i];
    }
    return estimate;
  }

  /**
   * What the network should have answered for a known image.
   *
   * @param noise the noise in x_t
   * @param eps the prior's prediction of it
   * @param x0 clipped x0Hat
   */
  public float[] target(float[] image, float[] noise, float[] eps, float[] x0, double alphaBar) {
    var target = new float[image.length];
    float scale = (float) (1 / Math.sqrt(1 - alphaBar));
    for (int i = 0; i < target.length; i++) {
      target[i] =
          switch (form.output()) {
            case CORRECTION -> noise[i] - eps[i];
            case NOISE -> noise[i];
            case CLEAN_IMAGE -> scale * (image[i] - x0[i]);
          };
    }
    return target;
  }
}
