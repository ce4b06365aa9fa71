package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensorflow.Classifiers;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.text.ProgressLine;
import org.deftstream.deft.training.ClassifierTraining;
import org.deftstream.deft.training.IdxLabels;
import org.deftstream.deft.training.ImageSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code deftstream evaluate train-features}: trains the classifier whose hidden layer is the
 * feature space of Frechet and kernel distances.
 */
@Command(
    name = "train-features",
    description = "Train the classifier of the Frechet and kernel distances on labelled images.",
    footer = {
      "",
      "Example: deftstream evaluate train-features --help",
      "Exit codes: 0 trained, 1 images are not as they must be, 2 wrong usage."
    })
final class EvaluateTrainFeaturesCommand implements Callable<Integer> {
  private static final int SIDE = 32;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Folder with the four idx files of Fashion-MNIST, gzipped.")
  private Path data;

  @Option(
      names = "--train",
      defaultValue = "55000",
      paramLabel = "N",
      description =
          "Train on the first N training images, validate on the rest (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "4",
      description = "Passes over the images (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      defaultValue = "1.5e-3",
      description = "First learning rate, decaying to 0 (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of weights and order.")
  private long seed;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where it goes.")
  private Path out;

  @Override
  public Integer call() throws IOException {
    var shape = new ImageShape(SIDE, SIDE, 1);
    var images = ImageSet.read(data.resolve("train-images-idx3-ubyte.gz"), shape);
    int[] labels = IdxLabels.read(data.resolve("train-labels-idx1-ubyte.gz"));
    var test = ImageSet.read(data.resolve("t10k-images-idx3-ubyte.gz"), shape);
    int[] testLabels = IdxLabels.read(data.resolve("t10k-labels-idx1-ubyte.gz"));
    if (count < 1 || count >= images.size() || labels.length != images.size()) {
      throw new UserError(
          "--train must leave some of the " + images.size() + " images to validate, got " + count);
    }
    int classes = Arrays.stream(labels).max().orElseThrow() + 1;
    try (var classifier = Classifiers.fresh(shape, classes, seed, SessionOptions.standard());
        var line = ProgressLine.onStandardError("classifier")) {
      ClassifierTraining.train(
          classifier,
          images.range(0, count),
          Arrays.copyOf(labels, count),
          epochs,
          learningRate,
          seed,
          (progress, loss) ->
              line.show(progress, String.format(Locale.ROOT, "cross-entropy %.3f", loss)));
      double validation =
          ClassifierTraining.accuracy(
              classifier,
              images.range(count, images.size()),
              Arrays.copyOfRange(labels, count, labels.length));
      double tested = ClassifierTraining.accuracy(classifier, test, testLabels);
      var metadata =
          Map.of(
              "height", Integer.toString(SIDE),
              "width", Integer.toString(SIDE),
              "channels", "1",
              "classes", Integer.toString(classes));
      Safetensors.write(
          out.resolve(Classifiers.WEIGHTS),
          ClassifierTraining.normalised(classifier, images.range(count, images.size())),
          Safetensors.Storage.F16,
          metadata);
      String figures =
          String.format(
              Locale.ROOT,
              "accuracy: validation %.2f %%, test %.2f %%%n",
              100 * validation,
              100 * tested);
      AtomicFiles.write(out.resolve("accuracy.txt"), figures);
      System.out.print(figures);
    }
    return 0;
  }
}
