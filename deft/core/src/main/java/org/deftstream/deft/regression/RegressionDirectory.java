package org.deftstream.deft.regression;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.adapter.WeightsDirectory;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * A regression as files: {@code regression.safetensors} and {@code regression.json} in a directory.
 * Stateless and thread-safe for different directories.
 */
public final class RegressionDirectory {
  /** Name of the weights file. */
  public static final String WEIGHTS = "regression.safetensors";

  /** Name of the manifest. */
  public static final String MANIFEST = "regression.json";

  private static final WeightsDirectory FILES =
      new WeightsDirectory("a", "regression", WEIGHTS, MANIFEST);

  private RegressionDirectory() {}

  /** What a directory holds. */
  public record Content(RegressionManifest manifest, AdapterWeights weights) {
    /**
     * Checks the weights against the network.
     *
     * @throws UserError one line that names the weight that is missing or of another shape
     */
    public Content verified(AdapterNetworks networks) {
      Map<String, int[]> expected = networks.weightShapes(manifest.network());
      if (!expected.keySet().equals(weights.tensors().keySet())) {
        throw new UserError(
            "regression " + manifest.name() + " has other weights than its network needs");
      }
      expected.forEach((name, shape) -> require(name, shape, weights.tensors().get(name)));
      return this;
    }

    private void require(String name, int[] shape, FloatTensor tensor) {
      if (!Arrays.equals(shape, tensor.shape()) || !tensor.isFinite()) {
        throw new UserError(
            "regression %s: weight %s must be finite numbers of shape %s"
                .formatted(manifest.name(), name, Arrays.toString(shape)));
      }
    }
  }

  /**
   * Reads a regression and compares the weights with the manifest's checksum.
   *
   * @throws UserError one line that names the file that is missing or wrong
   */
  public static Content read(Path directory) {
    var found = FILES.read(directory, RegressionManifest::parse, RegressionManifest::weightsSha256);
    try {
      var tensors = Safetensors.parse(ByteBuffer.wrap(found.weights())).tensors();
      return new Content(found.manifest(), new AdapterWeights(tensors));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UserError(directory.resolve(WEIGHTS) + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes a regression; the manifest last.
   *
   * @throws UncheckedIOException if the directory cannot be written
   */
  public static void write(Path directory, RegressionManifest manifest, byte[] weightsFile) {
    FILES.write(directory, manifest.toJson(), weightsFile);
  }
}
