package org.deftstream.deft.text;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
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
    String message = problem.getMessage();
    return message == null || message.isBlank() ? problem.toString() : message;
  }

  /**
   * What was wrong, after the file's name if the problem has one, whatever it is wrapped in: {@code
   * run/checkpoint.safetensors: No space left on device}.
   */
  public static String of(Exception problem) {
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      if (cause instanceof FileSystemException known && known.getFile() != null) {
        return known.getFile() + ": " + reason(known);
      }
    }
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException known) {
        return reason(known);
      }
    }
    return problem.getMessage() == null ? problem.toString() : problem.getMessage();
  }

  /**
   * Why a text is no path here, and what helps where it is the locale that knows no such letters.
   */
  public static String noPath(InvalidPathException problem) {
    String encoding = System.getProperty("sun.jnu.encoding", "unknown");
    String why = "'" + problem.getInput() + "' is no path here: " + problem.getReason();
    return encoding.startsWith("UTF")
        ? why
        : why + "; this locale's encoding is " + encoding + ", LC_ALL=C.UTF-8 takes all letters";
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
