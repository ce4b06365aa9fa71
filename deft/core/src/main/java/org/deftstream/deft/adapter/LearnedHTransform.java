package org.deftstream.deft.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;

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
  private final AdapterFeatures features;
  private final BatchSizes batchSizes;

  /**
   * An adapter that is ready to answer.
   *
   * @param network the network, of the weights' shape
   * @param weights the adapter's weights
   * @param features the features of its training
   * @param shape shape of the images |x0Hat| in the features, the one of the training
   * @param batchSizes sizes of a network call; larger batches are split
   */
  public LearnedHTransform(
      AdapterNetwork network,
      AdapterWeights weights,
      AdapterFeatures features,
      ImageShape shape,
      BatchSizes batchSizes) {
    this.network = network;
    this.weights = weights;
    this.features = features;
    this.shape = shape;
    this.batchSizes = batchSizes;
  }

  @Override
  public String method() {
    return features.form().output() == AdapterForm.Output.NOISE ? "amortised" : "deft";
  }

  @Override
  public boolean remembers() {
    return features.form().previous();
  }

  @Override
  public void require(ImageShape image) {
    if (!image.equals(shape)) {
      throw new IllegalArgumentException(
          "the adapter takes images of "
              + shape
              + " only, the shape of its training, not of "
              + image);
    }
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
    var input = new float[batch * shape.height() * shape.width() * features.channels()];
    var gradients = new float[batch * image];
    var t = new int[batch];
    var clean = new float[rows.size()][];
    var alphaBar = new double[rows.size()];
    var measurements = new BoundMeasurement[rows.size()];
    for (int i = 0; i < clean.length; i++) {
      clean[i] = features.clipped(rows.get(i).x0Hat());
      alphaBar[i] = rows.get(i).alphaBar();
      measurements[i] = rows.get(i).measurement();
    }
    var proximal = features.proximalPoints(clean, alphaBar, measurements);
    IntStream.range(0, rows.size())
        .parallel()
        .forEach(
            i -> {
              var row = rows.get(i);
              features.write(
                  input,
                  gradients,
                  i,
                  row.xt(),
                  clean[i],
                  alphaBar[i],
                  measurements[i],
                  proximal[i]);
              if (remembers() && row.previous() != null) {
                features.writePrevious(input, i, row.previous(), measurements[i]);
              }
              t[i] = row.t();
            });
    float[] answer = network.predict(weights, input, gradients, t);
    for (int i = 0; i < rows.size(); i++) {
      var row = rows.get(i);
      answers.add(features.correction(answer, i, row.eps(), row.x0Hat(), clean[i], row.alphaBar()));
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
              new float[pixels * features.channels()],
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
