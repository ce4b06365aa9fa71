package org.deftstream.cli;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.deftstream.deft.text.FileProblem;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * The program {@code deftstream}. Exit codes: 0 done, 1 failed for a reason that one line on
 * standard error gives, 2 wrong usage; Ctrl-C and SIGTERM end it as signals do (130, 143) after
 * everything that was started is stopped.
 */
@Command(
    name = "deftstream",
    description = "Posterior sampling of inverse problems on a Kafka stream.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Deftstream.Version.class)
public final class Deftstream implements Runnable {
  private static final String COMPLETION = "generate-completion";

  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Log more, and print stack traces of failures.")
  private boolean verbose;

  /** Runs the program and ends the process with its exit code. */
  public static void main(String[] args) {
    Verbosity.early(System.getenv(), args);
    DeadThreads.watch();
    System.exit(run(args));
  }

  /** Runs the program and returns its exit code. */
  static int run(String... args) {
    return commandLine(args).execute(args);
  }

  /**
   * The whole program: all commands, with errors reported as one line. A new command is added to
   * this list, or to a {@link CommandProvider}, and nowhere else.
   */
  static CommandLine commandLine() {
    return commandLine(name -> true);
  }

  /**
   * The program as far as these arguments need it: of other commands than the one that they name,
   * only name and description, because picocli takes long to find out all about fifty commands.
   */
  static CommandLine commandLine(String... args) {
    var named = Stream.of(args).filter(arg -> !arg.startsWith("-")).findFirst().orElse("");
    boolean whole = named.equals(COMPLETION) || named.equals(ManCommand.NAME);
    return whole ? commandLine() : commandLine(named::equals);
  }

  private static CommandLine commandLine(Predicate<String> wanted) {
    var root = new Deftstream();
    var line = new CommandLine(root);
    for (var provider : ServiceLoader.load(CommandProvider.class)) {
      provider.commands().forEach(command -> add(line, command, wanted));
    }
    List.of(
            new TopicsCommand(),
            new ServeCommand(),
            new StatusCommand(),
            new ConfigCommand(),
            new DoctorCommand(),
            new AdaptersCommand(),
            new DlqCommand(),
            new PriorCommand(),
            new TrainCommand(new TrainerMode()),
            new ReconstructCommand(),
            new SendCommand(),
            new ReceiveCommand(),
            new BridgeCommand(),
            new SimulateCommand(),
            new PhantomsCommand(),
            new TasksCommand(),
            new EvaluateCommand(),
            new ManCommand())
        .forEach(command -> add(line, command, wanted));
    add(line, new GenerateCompletion(), wanted);
    explain(line);
    // Picocli explains what is no path by names of classes.
    line.registerConverter(Path.class, Deftstream::path);
    var errors = new ErrorReport();
    return line.setErr(new PrintWriter(ErrorLines.current(), true))
        .setCaseInsensitiveEnumValuesAllowed(true)
        // A folder may be called as a command is: evaluate --out report.
        .setAllowSubcommandsAsOptionParameters(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors)
        .setExecutionStrategy(
            parsed -> {
              Verbosity.set(root.verbose);
              try {
                return new CommandLine.RunLast().execute(parsed);
              } catch (Error e) {
                // A broken installation or too small a heap is reported like any failure.
                throw new ExecutionException(line, e.toString(), e);
              }
            });
  }

  private static void add(CommandLine line, Object command, Predicate<String> wanted) {
    var about = command.getClass().getAnnotation(Command.class);
    if (wanted.test(about.name())) {
      line.addSubcommand(command);
      return;
    }
    var outline = CommandSpec.create().name(about.name());
    outline.usageMessage().description(about.description());
    line.addSubcommand(outline.name(), outline);
  }

  /** Commands that run something say so themselves; those that hold others point to them. */
  private static void explain(CommandLine line) {
    var spec = line.getCommandSpec();
    OptionGroups.use(spec);
    if (!line.getSubcommands().isEmpty() && spec.usageMessage().footer().length == 0) {
      var first = line.getSubcommands().values().iterator().next().getCommandSpec();
      spec.usageMessage()
          .footer(
              "",
              "Example: " + first.qualifiedName() + " --help",
              "Exit codes: 0 done, 1 failed for a reason that one line says, 2 wrong usage.");
    }
    line.getSubcommands().values().forEach(Deftstream::explain);
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(FileProblem.noPath(e));
    }
  }

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      var built = Deftstream.class.getPackage().getImplementationVersion();
      return new String[] {
        "deftstream " + (built == null ? "(not packaged)" : built),
        "Java "
            + System.getProperty("java.version")
            + ", "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
      };
    }
  }
}
