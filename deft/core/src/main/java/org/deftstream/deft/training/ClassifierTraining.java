package org.deftstream.deft.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * Trains a classifier for some epochs with a learning rate that decays linearly to 0. Images are
 * mirrored left to right at random. Stateless.
 */
public final class ClassifierTraining {
  private static final int ROWS = 64;

  private ClassifierTraining() {}

  /** Told after every step. */
  public interface Listener {
    /**
     * A step is finished.
     *
     * @param progress 0 to 1
     * @param loss running mean of the cross-entropy, in nats
     */
    void stepped(double progress, double loss);
  }

  /**
   * Trains.
   *
   * @param labels one for each image
   */
  public static void train(
      TrainableClassifier classifier,
      ImageSet images,
      int[] labels,
      int epochs,
      double learningRate,
      long seed,
      Listener listener) {
    var random = new SplittableRandom(seed);
    var order = new int[images.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int perEpoch = order.length / ROWS;
    long steps = (long) epochs * perEpoch;
    double running = Double.NaN;
    for (long step = 0; step < steps; step++) {
      int place = (int) (step % perEpoch) * ROWS;
      if (place == 0) {
        shuffle(order, random);
      }
      int size = images.shape().size();
      var batch = new float[ROWS * size];
      var chosen = new int[ROWS];
      for (int i = 0; i < ROWS; i++) {
        int index = order[place + i];
        System.arraycopy(images.image(index, random.nextBoolean()), 0, batch, i * size, size);
        chosen[i] = labels[index];
      }
      double rate = learningRate * (1 - (double) step / steps);
      float loss = classifier.step(batch, chosen, rate);
      running = Double.isNaN(running) ? loss : 0.99 * running + 0.01 * loss;
      listener.stepped((step + 1.0) / steps, running);
    }
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
  }

  /** The share of images that are classified rightly. */
  public static double accuracy(TrainableClassifier classifier, ImageSet images, int[] labels) {
    int size = images.shape().size();
    int right = 0;
    for (int from = 0; from < images.size(); from += ROWS) {
      int count = Math.min(ROWS, images.size() - from);
      var batch = new float[count * size];
      for (int i = 0; i < count; i++) {
        System.arraycopy(images.image(from + i, false), 0, batch, i * size, size);
      }
      int[] answers = classifier.classify(batch, count);
      for (int i = 0; i < count; i++) {
        right += answers[i] == labels[from + i] ? 1 : 0;
      }
    }
    return (double) right / images.size();
  }

  /**
   * The weights of the same classifier with features of root mean square 1 over some images: a
   * factor of the hidden layer, which ReLU lets through, is taken back by the layer above.
   * Distances of features have no unit otherwise.
   */
  public static Map<String, FloatTensor> normalised(
      TrainableClassifier classifier, ImageSet images) {
    double squares = 0;
    long values = 0;
    for (int i = 0; i < images.size(); i++) {
      for (float value : classifier.features(images.image(i, false), 1)) {
        squares += (double) value * value;
        values++;
      }
    }
    double scale = Math.sqrt(squares / values);
    var weights = new LinkedHashMap<>(classifier.weights());
    weights.computeIfPresent("hidden.weight", (name, w) -> times(w, 1 / scale));
    weights.computeIfPresent("hidden.bias", (name, w) -> times(w, 1 / scale));
    weights.computeIfPresent("classes.weight", (name, w) -> times(w, scale));
    return weights;
  }

  private static FloatTensor times(FloatTensor tensor, double factor) {
    var data = tensor.data().clone();
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) (data[i] * factor);
    }
    return new FloatTensor(tensor.shape(), data);
  }
}
