package org.deftstream.stream.cli;

import java.io.PrintWriter;
import org.deftstream.deft.UserError;
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
    var error = command.getErr();
    error.println("deftstream: " + message(thrown));
    if (parsed.expandedArgs().contains(VERBOSE)) {
      thrown.printStackTrace(error);
    }
    error.flush();
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  @Override
  public int handleParseException(ParameterException thrown, String[] args) {
    var command = thrown.getCommandLine();
    PrintWriter error = command.getErr();
    var name = command.getCommandSpec().qualifiedName();
    error.println(
        "deftstream: "
            + oneLine(thrown.getMessage())
            + suggestion(thrown)
            + "; see "
            + name
            + " --help");
    error.flush();
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static String suggestion(ParameterException thrown) {
    if (thrown instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return " (did you mean " + unmatched.getSuggestions().get(0) + "?)";
    }
    return "";
  }

  /**
   * A user error says all; anything else is a fault of the program or of something under it, and
   * its type is part of what there is to know.
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
    return "unexpected "
        + thrown.getClass().getSimpleName()
        + (thrown.getMessage() == null ? "" : ": " + oneLine(thrown.getMessage()))
        + " ("
        + VERBOSE
        + " shows where)";
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
