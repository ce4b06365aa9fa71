package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class DeftstreamTest {
  /** Nothing listens there, and the loopback address refuses at once. */
  private static final String NOWHERE = "bootstrap.servers=127.0.0.1:1";

  private static final String NO_REGISTRY = "schema.registry.url=http://127.0.0.1:1";
  private static final String SHORT = "connect.timeout.ms=500";

  @TempDir Path directory;

  private record Outcome(int exitCode, String out, String err) {}

  private static Outcome run(String... args) {
    return run(Deftstream.commandLine(), args);
  }

  private static Outcome run(CommandLine line, String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  private static void assertOneLine(Outcome outcome, int exitCode, String... parts) {
    assertThat(outcome.exitCode()).isEqualTo(exitCode);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines().filter(line -> !line.startsWith("Starting ")))
        .singleElement()
        .asString()
        .startsWith("deftstream: ")
        .contains(parts);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "stack",
        "topics",
        "serv",
        "serve --no-such-flag",
        "stack up --kafka-port=many",
        "topics create --partitions"
      })
  void shouldExitWithTwoForWrongUsage(String args) {
    var outcome = run(args.isEmpty() ? new String[0] : args.split(" "));

    assertOneLine(outcome, 2, "--help");
  }

  @Test
  void shouldSuggestTheCommandThatWasMeant() {
    assertOneLine(run("serv"), 2, "did you mean serve?");
  }

  @Test
  void shouldRefuseAnUnknownSetting() {
    assertOneLine(
        run("serve", "--set", NOWHERE, "--set", NO_REGISTRY, "--set", "engine.max.bach=1"),
        1,
        "did you mean 'engine.max.batch'?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "topics create", "topics describe"})
  void shouldGiveUpABrokerThatDoesNotAnswer(String command) {
    var args = Arrays.asList((command + " --set " + NOWHERE + " --set " + NO_REGISTRY).split(" "));

    var outcome =
        run(Stream.concat(args.stream(), Stream.of("--set", SHORT)).toArray(String[]::new));

    assertOneLine(outcome, 1, "no Kafka broker answers at 127.0.0.1:1");
  }

  @Test
  void shouldRefuseATakenPort() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var outcome =
          run(
              "stack",
              "up",
              "--directory=" + directory,
              "--registry-port=0",
              "--kafka-port=" + taken.getLocalPort());

      assertOneLine(outcome, 1, "port " + taken.getLocalPort(), "--kafka-port");
    }
  }

  @Test
  void shouldRefuseADirectoryThatIsAFile() throws IOException {
    var file = Files.writeString(directory.resolve("file"), "x");

    assertOneLine(run("stack", "up", "--directory=" + file), 1, "is not a directory");
  }

  @Test
  void shouldShowAStackTraceOnlyWhenAsked() {
    var quiet = run(Deftstream.commandLine().addSubcommand(new Failing()), "fail");
    var verbose = run(Deftstream.commandLine().addSubcommand(new Failing()), "fail", "--verbose");

    assertOneLine(quiet, 1, "unexpected IllegalStateException: first second", "--verbose");
    assertThat(verbose.err()).contains("\tat ").contains("Failing.call");
    assertThat(verbose.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldFindTheUserErrorBehindOtherExceptions() {
    var outcome = run(Deftstream.commandLine().addSubcommand(new Wrapping()), "wrap");

    assertOneLine(outcome, 1, "deftstream: the disk is full");
  }

  @Test
  void shouldReportABrokenInstallationInOneLine() {
    var outcome = run(Deftstream.commandLine().addSubcommand(new Broken()), "broken");

    assertOneLine(outcome, 1, "deftstream: unexpected UnsatisfiedLinkError: no such library");
  }

  @Test
  void shouldPrintHelpAndVersionOnStandardOutput() {
    assertThat(run("--version").out()).startsWith("deftstream ");
    var help = run("stack", "up", "--help");
    assertThat(help.out()).contains("--registry-port");
    assertThat(help.exitCode()).isZero();
  }

  @Command(name = "fail")
  static final class Failing implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new IllegalStateException("first\n second");
    }
  }

  @Command(name = "wrap")
  static final class Wrapping implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new IllegalStateException(new UserError("the disk is full"));
    }
  }

  @Command(name = "broken")
  static final class Broken implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new UnsatisfiedLinkError("no such library");
    }
  }
}
