package org.deftstream.deft.training;

import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;

/** A small image classifier with its optimiser. Used by one thread; closed by whoever made it. */
public interface TrainableClassifier extends AutoCloseable {
  /**
   * One step of Adam on the mean cross-entropy.
   *
   * @param images batch x height x width x channels, in [-1, 1]
   * @param labels one class for each image
   * @return the mean cross-entropy before the step, in nats
   */
  float step(float[] images, int[] labels, double learningRate);

  /**
   * The most likely class of each image.
   *
   * @param images as in {@link #step}
   * @param count number of images
   */
  int[] classify(float[] images, int count);

  /**
   * The hidden layer's answers, one vector after the other.
   *
   * @param images as in {@link #step}
   * @param count number of images
   */
  float[] features(float[] images, int count);

  /** The weights by name, in PyTorch's layout. */
  Map<String, FloatTensor> weights();

  @Override
  void close();
}
