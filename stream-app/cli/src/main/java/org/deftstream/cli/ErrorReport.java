package org.deftstream.cli;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports a failure as one line on standard error; with {@code --verbose} the stack trace too. */
final class ErrorReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final String VERBOSE = "--verbose";

  @Override
  public int handleExecutionException(Exception thrown, CommandLine command, ParseResult parsed) {
    boolean verbose = parsed.expandedArgs().contains(VERBOSE);
    report(command.getErr(), message(thrown), verbose ? thrown : null);
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  @Override
  public int handleParseException(ParameterException thrown, String[] args) {
    var command = thrown.getCommandLine();
    var name = command.getCommandSpec().qualifiedName();
    report(
        command.getErr(),
        thrown.getMessage() + suggestion(thrown) + "; see " + name + " --help",
        null);
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static void report(PrintWriter error, String message, Throwable shown) {
    String line = LogText.oneLine(message);
    if (Verbosity.isJson()) {
      Verbosity.failed(line, shown);
      return;
    }
    error.println("deftstream: " + line);
    if (shown != null) {
      shown.printStackTrace(error);
    }
    error.flush();
  }

  private static String suggestion(ParameterException thrown) {
    if (thrown instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return " (did you mean " + unmatched.getSuggestions().get(0) + "?)";
    }
    return "";
  }

  /**
   * A user error says all, and so does a file that cannot be used; anything else is a fault of the
   * program or of something under it, and its type is part of what there is to know.
   */
  private static String message(Throwable reported) {
    // Picocli takes errors only in this wrapping.
    var thrown =
        reported instanceof ExecutionException && reported.getCause() != null
            ? reported.getCause()
            : reported;
    for (var cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserError) {
        return cause.getMessage();
      }
    }
    for (var cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidPathException path) {
        return FileProblem.noPath(path);
      }
    }
    if (thrown instanceof OutOfMemoryError) {
      return "there is not enough memory for this ("
          + thrown.getMessage()
          + "); ask for less at once, or give more, for example JAVA_OPTS=-Xmx8g";
    }
    var file = FileProblem.in(thrown);
    if (file.isPresent()) {
      return file.get();
    }
    return "unexpected "
        + thrown.getClass().getSimpleName()
        + (thrown.getMessage() == null ? "" : ": " + thrown.getMessage())
        + " ("
        + VERBOSE
        + " shows where)";
  }
}
