package org.deftstream.deft.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;

/**
 * DEFT's learned h-transform: {@code h = NN1(features, t) - NN2(t) g} (Denker et al., eq. 12) with
 * the weights of one adapter. The prior's Jacobian is never needed. Thread-safe; owns nothing: the
 * network is closed by whoever opened it.
 *
 * <p>Rows share one call of the network. Batches are padded to a fixed set of sizes, so kernels are
 * chosen once, and a row's answer depends on its neighbours only through the size of the batch.
 */
public final class LearnedHTransform implements HTransform {
  private final AdapterNetwork network;
  private final AdapterWeights weights;
  private final ImageShape shape;
  private final int featureChannels;
  private final double clip;
  private final BatchSizes batchSizes;

  /**
   * An adapter that is ready to answer.
   *
   * @param network the network, of the weights' shape
   * @param weights the adapter's weights
   * @param operator the task's operator, bound to a record or not
   * @param clip bound of |x0Hat| in the features, the one of the training
   * @param batchSizes sizes of a network call; larger batches are split
   */
  public LearnedHTransform(
      AdapterNetwork network,
      AdapterWeights weights,
      ForwardOperator operator,
      double clip,
      BatchSizes batchSizes) {
    this.network = network;
    this.weights = weights;
    this.shape = operator.imageShape();
    this.featureChannels = AdapterFeatures.channels(operator);
    this.clip = clip;
    this.batchSizes = batchSizes;
  }

  @Override
  public String method() {
    return "deft";
  }

  @Override
  public List<float[]> correct(List<StepRow> rows) {
    int largest = batchSizes.largest();
    var answers = new ArrayList<float[]>(rows.size());
    for (int from = 0; from < rows.size(); from += largest) {
      correct(rows.subList(from, Math.min(from + largest, rows.size())), answers);
    }
    return answers;
  }

  private void correct(List<StepRow> rows, List<float[]> answers) {
    int batch = batchSizes.padded(rows.size());
    int image = shape.size();
    var features = new float[batch * shape.height() * shape.width() * featureChannels];
    var gradients = new float[batch * image];
    var t = new int[batch];
    for (int i = 0; i < rows.size(); i++) {
      var row = rows.get(i);
      var measurement = row.measurement();
      float[] x0 = AdapterFeatures.clip(row.x0Hat(), clip);
      float[] gradient = measurement.operator().likelihoodGradient(x0, measurement.measurement());
      AdapterFeatures.write(features, i, shape, row.xt(), x0, measurement.conditioning(), gradient);
      System.arraycopy(gradient, 0, gradients, i * image, image);
      t[i] = row.t();
    }
    float[] h = network.predict(weights, features, gradients, t);
    for (int i = 0; i < rows.size(); i++) {
      answers.add(Arrays.copyOfRange(h, i * image, (i + 1) * image));
    }
  }

  /**
   * Evaluates the network once at every batch size, so that the first measurement does not pay for
   * memory and kernels.
   *
   * @throws AdapterRefusedException if an answer has the wrong length or is not finite
   */
  public void warmUp() {
    for (int batch : batchSizes.values()) {
      int pixels = batch * shape.height() * shape.width();
      float[] h =
          network.predict(
              weights,
              new float[pixels * featureChannels],
              new float[batch * shape.size()],
              new int[batch]);
      if (h.length != batch * shape.size()) {
        throw new AdapterRefusedException(
            "the network answers a batch of "
                + batch
                + " with "
                + h.length
                + " values; expected "
                + batch * shape.size());
      }
      for (float value : h) {
        if (!Float.isFinite(value)) {
          throw new AdapterRefusedException(
              "the network answers " + value + " to zeros at batch size " + batch);
        }
      }
    }
  }
}
