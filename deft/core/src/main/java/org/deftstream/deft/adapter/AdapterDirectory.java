package org.deftstream.deft.adapter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.text.FileProblem;

/**
 * An adapter as files: {@code adapter.safetensors} and {@code manifest.json} in a directory.
 * Stateless and thread-safe for different directories.
 */
public final class AdapterDirectory {
  /** Name of the weights file. */
  public static final String WEIGHTS = "adapter.safetensors";

  /** Name of the manifest. */
  public static final String MANIFEST = "manifest.json";

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
      return new AdapterWeights(Safetensors.parse(java.nio.ByteBuffer.wrap(weightsFile)).tensors());
    }
  }

  /**
   * Reads an adapter and compares the weights with the manifest's checksum.
   *
   * @throws UserError one line that names the file that is missing or wrong
   */
  public static Content read(Path directory) {
    Path manifestFile = directory.resolve(MANIFEST);
    Path weightsFile = directory.resolve(WEIGHTS);
    for (Path file : new Path[] {manifestFile, weightsFile}) {
      if (!Files.isRegularFile(file)) {
        throw new UserError("not an adapter: " + file + " is missing");
      }
    }
    try {
      var manifest =
          AdapterManifest.parse(
              new String(Files.readAllBytes(manifestFile), StandardCharsets.UTF_8));
      byte[] weights = Files.readAllBytes(weightsFile);
      String sha256 = AdapterVerifier.sha256(weights);
      if (!sha256.equals(manifest.weightsSha256())) {
        throw new UserError(
            weightsFile
                + " has SHA-256 "
                + sha256
                + "; the manifest says "
                + manifest.weightsSha256());
      }
      return new Content(manifest, weights);
    } catch (IllegalArgumentException e) {
      throw new UserError(manifestFile + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot read adapter " + directory + ": " + FileProblem.of(e), e);
    }
  }

  /**
   * Writes an adapter. Each file appears whole or not at all, the manifest last; while an older
   * adapter is being replaced, a reader may see the new weights with the old manifest, and {@link
   * #read} refuses the pair by its checksum.
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
    try {
      Files.createDirectories(directory);
      AtomicFiles.write(directory.resolve(WEIGHTS), weightsFile);
      AtomicFiles.write(directory.resolve(MANIFEST), manifest.toJson() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write adapter " + directory, e);
    }
  }
}
