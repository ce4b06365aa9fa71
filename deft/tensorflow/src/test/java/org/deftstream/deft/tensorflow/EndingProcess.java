package org.deftstream.deft.tensorflow;

import java.io.IOException;
import java.nio.file.Path;
import org.deftstream.deft.prior.PriorDirectory;

/** A process that computes without end, for tests that end it: {@code predict} or {@code train}. */
final class EndingProcess {
  private EndingProcess() {}

  /** Prints a line when it has begun. */
  public static void main(String[] args) throws IOException {
    var directory = PriorDirectory.open(Path.of(args[1]));
    var backend = TensorFlowBackend.start(new SessionOptions(2, false));
    Runnable step =
        args[0].equals("train") ? training(backend, directory) : predicting(backend, directory);
    step.run();
    System.out.println("computing");
    while (true) {
      step.run();
    }
  }

  private static Runnable predicting(TensorFlowBackend backend, PriorDirectory directory) {
    var prior = backend.openPrior(directory);
    int rows = 4;
    var images = new float[rows * prior.imageShape().size()];
    return () -> prior.predictNoise(images, new int[rows]);
  }

  private static Runnable training(TensorFlowBackend backend, PriorDirectory directory) {
    var network = backend.trainPrior(directory.unet(), 1);
    int rows = 2;
    var images = new float[rows * directory.imageShape().size()];
    return () -> network.step(images, null, new int[rows], images, 1e-4, 0.99);
  }
}
