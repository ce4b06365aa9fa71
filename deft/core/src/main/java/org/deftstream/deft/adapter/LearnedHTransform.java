package org.deftstream.deft.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.LearnedEstimate;

/**
 * DEFT's learned h-transform: {@code h = NN1(features, t) - NN2(t) g} (Denker et al., eq. 12) with
 * the weights of one adapter. The prior's Jacobian is never needed. Thread-safe; owns nothing: the
 * network is closed by whoever opened it.
 *
 * <p>Rows share one call of the network. Batches are padded to a fixed set of sizes, so kernels are
 * chosen once, and a row's answer depends on its neighbours only through the size of the batch.
 *
 * <p>Where the network answers at any size, so does the adapter: features and what they take of the
 * operator are those of the whole image, which goes through the network in one piece.
 */
public final class LearnedHTransform implements HTransform {
  private final AdapterNetwork network;
  private final AdapterWeights weights;
  private final ImageShape shape;
  private final int multiple;
  private final AdapterFeatures features;
  private final BatchSizes batchSizes;
  private final LearnedEstimate learned;

  /**
   * An adapter that answers for images of one shape.
   *
   * @param network the network, of the weights' shape
   * @param weights the adapter's weights
   * @param features the features of its training
   * @param shape shape of the images, the one of the training
   * @param batchSizes sizes of a network call; larger batches are split
   */
  public LearnedHTransform(
      AdapterNetwork network,
      AdapterWeights weights,
      AdapterFeatures features,
      ImageShape shape,
      BatchSizes batchSizes) {
    this(network, weights, features, shape, 0, batchSizes, null);
  }

  private LearnedHTransform(
      AdapterNetwork network,
      AdapterWeights weights,
      AdapterFeatures features,
      ImageShape shape,
      int multiple,
      BatchSizes batchSizes,
      LearnedEstimate learned) {
    this.network = network;
    this.weights = weights;
    this.features = features.at(shape);
    this.shape = shape;
    this.multiple = multiple;
    this.batchSizes = batchSizes;
    this.learned = learned;
  }

  /**
   * The adapter of a manifest, for images of the sizes that its network takes.
   *
   * @param network the manifest's network
   * @param operator the operator of its task
   */
  public static LearnedHTransform of(
      AdapterManifest manifest,
      AdapterNetwork network,
      AdapterWeights weights,
      ForwardOperator operator,
      BatchSizes batchSizes) {
    return new LearnedHTransform(
        network,
        weights,
        manifest.features(operator),
        manifest.imageShape(),
        manifest.network().anySize() ? manifest.network().multiple() : 0,
        batchSizes,
        learned(manifest, weights));
  }

  /** What a device needs for composed steps; null if the form is one that it does not compose. */
  private static LearnedEstimate learned(AdapterManifest manifest, AdapterWeights weights) {
    return manifest.form().equals(AdapterForm.STANDARD)
        ? new LearnedEstimate(manifest.network(), weights.tensors(), manifest.featureClip())
        : null;
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
  public OptionalDouble proximalWeight(ForwardOperator operator, double alphaBar) {
    boolean whole = learned != null && takesWithoutPadding(operator.imageShape());
    return whole && operator.stepFeatureChannels() == 0
        ? OptionalDouble.of(AdapterFeatures.proximalWeight(operator, alphaBar))
        : OptionalDouble.empty();
  }

  @Override
  public Optional<LearnedEstimate> learnedEstimate() {
    return Optional.ofNullable(learned);
  }

  private boolean takes(ImageShape image) {
    return multiple == 0 ? image.equals(shape) : image.channels() == shape.channels();
  }

  private boolean takesWithoutPadding(ImageShape image) {
    boolean padded =
        multiple > 0 && (image.height() % multiple != 0 || image.width() % multiple != 0);
    return takes(image) && !padded;
  }

  @Override
  public void require(ImageShape image) {
    if (!takes(image)) {
      throw new IllegalArgumentException(
          "the adapter takes images of "
              + (multiple == 0
                  ? shape + " only, the shape of its training"
                  : shape.channels() + " channels")
              + ", not of "
              + image);
    }
  }

  @Override
  public List<float[]> correct(List<StepRow> rows) {
    var image = rows.get(0).measurement().operator().imageShape();
    require(image);
    int largest = batchSizes.largest();
    if (image.pixels() > shape.pixels()) {
      largest = (int) Math.max(1, largest * shape.pixels() / image.pixels());
    }
    var answers = new ArrayList<float[]>(rows.size());
    for (int from = 0; from < rows.size(); from += largest) {
      correct(rows.subList(from, Math.min(from + largest, rows.size())), image, answers);
    }
    return answers;
  }

  private void correct(List<StepRow> rows, ImageShape image, List<float[]> answers) {
    var own = features.at(image);
    // Only the sizes that most images have are worth kernels of their own.
    int batch = image.equals(shape) ? batchSizes.padded(rows.size()) : rows.size();
    var input = new float[batch * image.height() * image.width() * own.channels()];
    var gradients = new float[batch * image.size()];
    var t = new int[batch];
    var clean = new float[rows.size()][];
    var alphaBar = new double[rows.size()];
    var measurements = new BoundMeasurement[rows.size()];
    for (int i = 0; i < clean.length; i++) {
      clean[i] = own.clipped(rows.get(i).x0Hat());
      alphaBar[i] = rows.get(i).alphaBar();
      measurements[i] = rows.get(i).measurement();
    }
    var proximal = own.proximalPoints(clean, alphaBar, measurements, rows.get(0).device());
    IntStream.range(0, rows.size())
        .parallel()
        .forEach(
            i -> {
              var row = rows.get(i);
              own.write(
                  input,
                  gradients,
                  i,
                  row.xt(),
                  clean[i],
                  alphaBar[i],
                  measurements[i],
                  proximal[i]);
              if (remembers() && row.previous() != null) {
                own.writePrevious(input, i, row.previous(), measurements[i]);
              }
              t[i] = row.t();
            });
    float[] answer = answer(input, gradients, t, image);
    for (int i = 0; i < rows.size(); i++) {
      var row = rows.get(i);
      answers.add(own.correction(answer, i, row.eps(), row.x0Hat(), clean[i], row.alphaBar()));
    }
  }

  private float[] answer(float[] input, float[] gradients, int[] t, ImageShape image) {
    if (image.equals(shape)) {
      return network.predict(weights, input, gradients, t);
    }
    var padding = new RowPadding(image, multiple);
    return padding.images(
        network.predict(
            weights,
            padding.rows(input, t.length, features.channels()),
            padding.rows(gradients, t.length, image.channels()),
            t,
            padding.height(),
            padding.width()),
        t.length);
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
