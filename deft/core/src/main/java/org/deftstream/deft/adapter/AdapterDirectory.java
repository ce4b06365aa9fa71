package org.deftstream.deft.adapter;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.Safetensors;

/**
 * An adapter as files: {@code adapter.safetensors} and {@code manifest.json} in a directory.
 * Stateless and thread-safe for different directories.
 */
public final class AdapterDirectory {
  /** Name of the weights file. */
  public static final String WEIGHTS = "adapter.safetensors";

  /** Name of the manifest. */
  public static final String MANIFEST = "manifest.json";

  private static final WeightsDirectory FILES =
      new WeightsDirectory("an", "adapter", WEIGHTS, MANIFEST);

  private AdapterDirectory() {}

  /**
   * What a directory holds.
   *
   * @param manifest the manifest
   * @param weightsFile the bytes of the safetensors file, whose checksum the manifest has
   */
  @SuppressWarnings("ArrayRecordComponent") // a file's content, handed over
  public record Content(AdapterManifest manifest, byte[] weightsFile) {
    /**
     * The weights, not verified against a task.
     *
     * @throws IllegalArgumentException if they are not sound safetensors
     */
    public AdapterWeights weights() {
      return new AdapterWeights(Safetensors.parse(ByteBuffer.wrap(weightsFile)).tensors());
    }
  }

  /**
   * Reads an adapter and compares the weights with the manifest's checksum.
   *
   * @throws UserError one line that names the file that is missing or wrong
   */
  public static Content read(Path directory) {
    var found = FILES.read(directory, AdapterManifest::parse, AdapterManifest::weightsSha256);
    return new Content(found.manifest(), found.weights());
  }

  /**
   * Writes an adapter, as {@link WeightsDirectory#write} does.
   *
   * @param weightsFile bytes of the safetensors file
   * @throws IllegalArgumentException if the manifest does not have the checksum of the weights
   * @throws UncheckedIOException if the directory cannot be written
   */
  public static void write(Path directory, AdapterManifest manifest, byte[] weightsFile) {
    String sha256 = AdapterVerifier.sha256(weightsFile);
    if (!sha256.equals(manifest.weightsSha256())) {
      throw new IllegalArgumentException(
          "weights have SHA-256 " + sha256 + "; the manifest says " + manifest.weightsSha256());
    }
    FILES.write(directory, manifest.toJson(), weightsFile);
  }
}
