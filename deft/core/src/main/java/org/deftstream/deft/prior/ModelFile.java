package org.deftstream.deft.prior;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of a model, as it is written into a prior's directory.
 *
 * @param name without folders
 * @param content read when it is written
 */
public record ModelFile(String name, Content content) {
  /** Bytes that may still lie in a file. */
  public interface Content {
    /** Opens them; whoever asked closes. */
    InputStream open() throws IOException;
  }

  /** A copy of a file. */
  public static ModelFile copy(Path file) {
    return new ModelFile(file.getFileName().toString(), () -> Files.newInputStream(file));
  }
}
