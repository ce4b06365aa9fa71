package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;

/** Every command says by an example how it is called, and what its exit codes mean. */
class HelpTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("(?m)^(?:Examples?: | {10})deftstream (.*)$");

  private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z0-9|@=:.,\\[\\]-]+");

  /** They run until they are ended, write files whose place they print, or are for people. */
  private static final Set<String> WITHOUT_JSON =
      Set.of(
          "deftstream serve",
          "deftstream stack up",
          "deftstream stack down",
          "deftstream train",
          "deftstream evaluate train-features",
          "deftstream prior train",
          "deftstream prior sample",
          "deftstream prior import",
          "deftstream prior export",
          "deftstream adapters export",
          "deftstream adapters validate",
          "deftstream adapters keygen",
          "deftstream phantoms",
          "deftstream man");

  static Stream<CommandLine> commands() {
    var all = new ArrayList<CommandLine>();
    collect(Deftstream.commandLine(), all);
    return all.stream().filter(line -> !line.getCommandName().equals("generate-completion"));
  }

  private static void collect(CommandLine line, List<CommandLine> all) {
    all.add(line);
    line.getSubcommands().values().forEach(each -> collect(each, all));
  }

  @Test
  void shouldFindTheCommands() {
    assertThat(commands().map(line -> line.getCommandSpec().qualifiedName()))
        .hasSizeGreaterThan(45)
        .contains("deftstream", "deftstream stack down", "deftstream adapters log");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldGiveAnExampleThatIsTakenAndExitCodes(CommandLine line) {
    var footer = String.join("\n", line.getCommandSpec().usageMessage().footer());
    var name = line.getCommandSpec().qualifiedName();
    assertThat(line.getUsageMessage()).as(name).contains("Example", "Exit codes: ");
    assertThat(footer).as(name).containsPattern("Exit codes: .*2 wrong usage").endsWith(".");
    var examples = EXAMPLE.matcher(footer).results().map(each -> each.group(1)).toList();
    assertThat(examples).as(name).isNotEmpty();
    for (var example : examples) {
      assertThat(("deftstream " + example + " ")).startsWith(name + " ");
      // Two commands that are joined are two.
      for (var part : example.replaceAll("deftstream ", "").split(" && ", -1)) {
        assertThatCode(() -> parse(part.split(" ", -1)))
            .as("deftstream " + part)
            .doesNotThrowAnyException();
      }
    }
  }

  private static void parse(String... arguments) throws ParameterException {
    Deftstream.commandLine().parseArgs(arguments);
  }

  /** One style: capital letters stand for what is to be put in. */
  @ParameterizedTest
  @MethodSource("commands")
  void shouldNamePlaceholdersInOneStyle(CommandLine line) {
    for (ArgSpec argument : line.getCommandSpec().args()) {
      if (argument.arity().max() > 0) {
        assertThat(argument.paramLabel())
            .as(line.getCommandSpec().qualifiedName() + " " + argument)
            .matches(PLACEHOLDER);
      }
    }
  }

  /** Only the command that is called is built whole; nobody sees a difference. */
  @Test
  void shouldListCommandsThatItHasNotBuilt() {
    for (var arguments :
        new String[][] {{"--help"}, {}, {"adapters", "--help"}, {"--verbose", "dlq"}}) {
      assertThat(Deftstream.commandLine(arguments).getUsageMessage())
          .isEqualTo(Deftstream.commandLine().getUsageMessage());
    }
    var adapters = Deftstream.commandLine("--verbose", "adapters", "log").getSubcommands();
    assertThat(adapters.get("adapters").getSubcommands()).containsKey("log");
    assertThat(adapters.get("dlq").getSubcommands()).isEmpty();
    assertThat(
            Deftstream.commandLine("generate-completion")
                .getSubcommands()
                .get("dlq")
                .getSubcommands())
        .containsKey("list");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldSpeakToPrograms(CommandLine line) {
    var spec = line.getCommandSpec();
    if (line.getSubcommands().isEmpty() && !spec.usageMessage().hidden()) {
      assertThat(spec.optionsMap().containsKey("--json"))
          .as(spec.qualifiedName())
          .isNotEqualTo(WITHOUT_JSON.contains(spec.qualifiedName()));
    }
  }

  /** Whoever trains finds what belongs together; nothing is listed twice or not at all. */
  @ParameterizedTest
  @MethodSource("commands")
  void shouldListEveryOptionUnderOneHeading(CommandLine line) {
    var listed =
        OptionGroups.of(line.getCommandSpec()).values().stream().flatMap(List::stream).toList();
    assertThat(listed)
        .containsExactlyInAnyOrderElementsOf(
            line.getCommandSpec().options().stream().filter(each -> !each.hidden()).toList());
    var help = line.getUsageMessage();
    for (var option : listed) {
      // The synopsis names it too, farther to the right.
      assertThat(
              Pattern.compile("(?m)^ {2,8}(-\\w, )?" + option.longestName() + "(?![\\w-])")
                  .matcher(help)
                  .results())
          .as(line.getCommandSpec().qualifiedName() + " " + option.longestName())
          .hasSize(1);
    }
  }

  @Test
  void shouldGroupTheOptionsOfTrain() {
    var train = Deftstream.commandLine().getSubcommands().get("train");
    assertThat(OptionGroups.of(train.getCommandSpec()).keySet())
        .containsExactly(
            "",
            "Task and models",
            "Images",
            "Training",
            "What the network sees and answers",
            "Validation",
            "Networks to compare with",
            "Settings",
            "The running trainer",
            "General");
    assertThat(train.getUsageMessage()).contains("\nImages:\n", "\nTraining:\n", "\nGeneral:\n");
  }
}
