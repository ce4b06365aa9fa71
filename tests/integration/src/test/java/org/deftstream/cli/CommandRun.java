package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.deftstream.deft.UserError;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** A command as it is called at the command line. */
final class CommandRun {
  private CommandRun() {}

  /** No other way to use {@code train}. */
  @Command
  private static final class NoMode implements TrainMode {
    @Override
    public Optional<Integer> run() {
      return Optional.empty();
    }
  }

  /** Runs {@code train}. */
  static String train(String[] fixed, String... more) {
    return of(new TrainCommand(new NoMode()), fixed, more);
  }

  /** Runs a command; returns the error's one line, empty if there was none. */
  static String of(Callable<Integer> command, String[] fixed, String... more) {
    var message = new StringBuilder();
    var line = new CommandLine(command);
    line.setExecutionExceptionHandler(
        (thrown, failed, parsed) -> {
          if (!(thrown instanceof UserError)) {
            throw thrown;
          }
          message.append(thrown.getMessage());
          return 1;
        });
    int code =
        line.execute(Stream.concat(Stream.of(fixed), Stream.of(more)).toArray(String[]::new));
    assertThat(code).isEqualTo(message.isEmpty() ? 0 : 1);
    assertThat(message.toString().lines().count()).isLessThanOrEqualTo(1);
    return message.toString();
  }
}
