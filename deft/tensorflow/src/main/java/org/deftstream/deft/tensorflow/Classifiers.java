package org.deftstream.deft.tensorflow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.FeatureNetwork;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.training.TrainableClassifier;

/** Opens and makes classifiers, which the distances of distributions need. Stateless. */
public final class Classifiers {
  /** Name of the weights file within a classifier's directory. */
  public static final String WEIGHTS = "classifier.safetensors";

  private Classifiers() {}

  /**
   * A classifier with fresh weights, to be trained.
   *
   * @param classes number of classes
   */
  public static TrainableClassifier fresh(
      ImageShape shape, int classes, long seed, SessionOptions options) {
    TensorFlowBackend.start(options);
    var graph = new ClassifierGraph(shape, classes, options);
    graph.initialize(seed);
    return graph;
  }

  /**
   * Opens a classifier's directory for its features.
   *
   * @throws UserError if it is missing or its weights do not fit; one line that names it
   */
  public static FeatureNetwork open(Path directory, SessionOptions options) {
    Path file = directory.resolve(WEIGHTS);
    if (!Files.isRegularFile(file)) {
      throw new UserError("no classifier at " + directory + ": " + WEIGHTS + " is missing");
    }
    TensorFlowBackend.start(options);
    try {
      return new Features(directory.getFileName().toString(), file, options);
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new UserError("classifier " + file + ": " + e.getMessage(), e);
    }
  }

  /** The hidden layer of a stored classifier. */
  private static final class Features implements FeatureNetwork {
    private static final int ROWS = 128;

    private final ClassifierGraph graph;
    private final ImageShape shape;
    private final String fingerprint;

    Features(String name, Path file, SessionOptions options) {
      var content = Safetensors.read(file);
      shape =
          new ImageShape(
              number(content, "height"), number(content, "width"), number(content, "channels"));
      fingerprint = name + " " + sha256(file).substring(0, 12);
      graph = new ClassifierGraph(shape, number(content, "classes"), options);
      try {
        graph.load(content.tensors());
      } catch (IllegalArgumentException e) {
        graph.close();
        throw e;
      }
    }

    private static int number(Safetensors.Content content, String name) {
      try {
        return Integer.parseInt(content.metadata().getOrDefault(name, ""));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("the file's metadata lacks '" + name + "'", e);
      }
    }

    private static String sha256(Path file) {
      try {
        var digest = MessageDigest.getInstance("SHA-256");
        return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }

    @Override
    public String fingerprint() {
      return fingerprint;
    }

    @Override
    public ImageShape imageShape() {
      return shape;
    }

    @Override
    public int dimension() {
      return ClassifierGraph.FEATURES;
    }

    @Override
    public synchronized List<float[]> features(List<float[]> images) {
      var all = new ArrayList<float[]>();
      int size = shape.size();
      for (int from = 0; from < images.size(); from += ROWS) {
        int count = Math.min(ROWS, images.size() - from);
        var batch = new float[count * size];
        for (int i = 0; i < count; i++) {
          float[] image = images.get(from + i);
          for (int j = 0; j < size; j++) {
            batch[i * size + j] = Math.max(-1, Math.min(1, image[j]));
          }
        }
        float[] values = graph.features(batch, count);
        int d = dimension();
        for (int i = 0; i < count; i++) {
          all.add(Arrays.copyOfRange(values, i * d, (i + 1) * d));
        }
      }
      return all;
    }

    @Override
    public synchronized void close() {
      graph.close();
    }
  }
}
