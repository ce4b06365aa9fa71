package org.deftstream.deft.adapter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;

/**
 * How something that was learned is kept in a directory: its weights, and a manifest that has their
 * checksum. Immutable and thread-safe for different directories.
 *
 * @param article before the kind: {@code an}
 * @param kind what is kept, for messages: {@code adapter}
 * @param weights name of the weights file
 * @param manifest name of the manifest
 */
public record WeightsDirectory(String article, String kind, String weights, String manifest) {
  /**
   * What a directory holds.
   *
   * @param <M> its kind of manifest
   * @param manifest the manifest
   * @param weights the bytes of the weights file, whose checksum the manifest has
   */
  @SuppressWarnings("ArrayRecordComponent") // a file's content, handed over
  public record Content<M>(M manifest, byte[] weights) {}

  /**
   * Reads a manifest and compares the weights with its checksum.
   *
   * @param parse reads the manifest's text; an IllegalArgumentException says what is wrong with it
   * @param checksum the SHA-256 that a manifest has of the weights
   * @throws UserError one line that names the file that is missing or wrong
   */
  public <M> Content<M> read(
      Path directory, Function<String, M> parse, Function<M, String> checksum) {
    Path manifestFile = directory.resolve(manifest);
    Path weightsFile = directory.resolve(weights);
    for (Path file : new Path[] {manifestFile, weightsFile}) {
      if (!Files.isRegularFile(file)) {
        throw new UserError("not " + article + " " + kind + ": " + file + " is missing");
      }
    }
    try {
      byte[] text = Files.readAllBytes(manifestFile);
      var content =
          new Content<>(
              parse.apply(new String(text, StandardCharsets.UTF_8)),
              Files.readAllBytes(weightsFile));
      String found = AdapterVerifier.sha256(content.weights());
      String stated = checksum.apply(content.manifest());
      if (!found.equals(stated)) {
        throw new UserError(
            weightsFile + " has SHA-256 " + found + "; the manifest says " + stated);
      }
      return content;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UserError(manifestFile + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot read " + kind + " " + directory + ": " + FileProblem.of(e), e);
    }
  }

  /**
   * Writes both files. Each appears whole or not at all, the manifest last; while older ones are
   * being replaced, a reader may see the new weights with the old manifest, and {@link #read}
   * refuses the pair by its checksum.
   *
   * @throws UncheckedIOException if the directory cannot be written
   */
  public void write(Path directory, String manifestText, byte[] weightsFile) {
    try {
      Files.createDirectories(directory);
      AtomicFiles.write(directory.resolve(weights), weightsFile);
      AtomicFiles.write(directory.resolve(manifest), manifestText + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + kind + " " + directory, e);
    }
  }
}
