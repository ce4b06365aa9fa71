package org.deftstream.deft.text;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Says in words what the JDK says by the class of an exception, and which file it was about. A full
 * disk, for one, is reported without the file that was being written.
 */
public final class FileProblem {
  private FileProblem() {}

  /** The same with the file's name, if it has none yet. */
  public static IOException named(Path file, IOException problem) {
    if (problem instanceof FileSystemException known && known.getFile() != null) {
      return problem;
    }
    var named = new FileSystemException(file.toString(), null, reason(problem));
    named.initCause(problem);
    return named;
  }

  /** What was wrong, without the file's name. */
  public static String reason(IOException problem) {
    if (problem instanceof NoSuchFileException) {
      return "there is no such file or directory";
    }
    if (problem instanceof AccessDeniedException) {
      return "access denied";
    }
    if (problem instanceof FileAlreadyExistsException) {
      return "there is a file of that name";
    }
    if (problem instanceof NotDirectoryException) {
      return "it is not a directory";
    }
    if (problem instanceof DirectoryNotEmptyException) {
      return "it is a directory";
    }
    if (problem instanceof FileSystemLoopException) {
      return "its links lead in a circle";
    }
    if (problem instanceof CharacterCodingException) {
      return "it is not UTF-8 text";
    }
    if (problem instanceof FileSystemException known && known.getReason() != null) {
      return known.getReason();
    }
    return problem.getMessage() == null ? problem.toString() : problem.getMessage();
  }

  /**
   * One line with the file and what was wrong, if something in the chain of causes names a file.
   */
  public static Optional<String> in(Throwable thrown) {
    for (var cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof FileSystemException known && known.getFile() != null) {
        return Optional.of("cannot use " + known.getFile() + ": " + reason(known));
      }
    }
    return Optional.empty();
  }
}
