package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

/** Every command on a page is one that the program takes. */
class DocumentedCommandsTest {
  /** Surefire runs in the module's directory. */
  private static final Path ROOT = Path.of("..", "..");

  private static final Path PAGE = Path.of("page.md");

  static Stream<ShellBlocks.Command> commands() throws IOException {
    var pages = Stream.of(Path.of("README.md"));
    for (var folder : List.of("docs", "deft/models")) {
      try (var files = Files.walk(ROOT.resolve(folder))) {
        var found = files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
        pages = Stream.concat(pages, found.stream().map(ROOT::relativize));
      }
    }
    return pages.flatMap(DocumentedCommandsTest::of);
  }

  private static Stream<ShellBlocks.Command> of(Path page) {
    try {
      return ShellBlocks.read(page, Files.readString(ROOT.resolve(page))).stream();
    } catch (IOException e) {
      throw new IllegalStateException(page.toString(), e);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldBeTakenByTheProgram(ShellBlocks.Command command) {
    assertThatCode(() -> check(command)).as(command.toString()).doesNotThrowAnyException();
  }

  @Test
  void shouldFindCommandsOnThePages() throws IOException {
    assertThat(commands().map(command -> command.page().getFileName().toString()))
        .contains("README.md", "operations.md", "method.md");
  }

  @Test
  void shouldReadAPageAsAShellDoes() {
    var commands =
        ShellBlocks.read(
            PAGE,
            """
            deftstream is not a command here
            ```sh
            few="--batch 16 \\
              --flips"
            for n in 1 20; do
              ./deftstream train $few --limit $n --out "some where/$n-images"   # a remark
            done
            ```
            ```json
            ./deftstream nor here
            ```
            ```sh
            mvn verify | tail
            deftstream dlq \\
              list
            ```
            """);

    assertThat(commands)
        .extracting(ShellBlocks.Command::toString)
        .containsExactly(
            "page.md:6: deftstream train --batch 16 --flips --limit 1 --out some where/1-images",
            "page.md:6: deftstream train --batch 16 --flips --limit 20 --out some where/20-images",
            "page.md:14: deftstream dlq list");
    assertThat(commands.get(0).value("--out")).isEqualTo("some where/1-images");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./deftstream serve | tail",
        "./deftstream train --task $task",
        "./deftstream train --task 'a"
      })
  void shouldRefuseALineThatItCannotRead(String line) {
    assertThatThrownBy(() -> ShellBlocks.read(PAGE, "```sh\n" + line + "\n```\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("page.md:2: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "trian",
        "topics",
        "topics erase",
        "serve --no-such-flag",
        "adapters validate DIR",
        "evaluate --plan a.json --smoke=perhaps",
        "train --task a/b --network n.json --images i.zip --out o",
        "train --adapter a --network n.json --images i.zip --out o",
        "train --task a/b --adapter a --network n.json --out o",
        "train --task a/b --adapter a --network n.json --images i.zip",
        "train --task a/b --adapter a --images i.zip --out o",
        "train --task a/b --adapter a --network n.json --pairs real --flips --out o",
        "train --task a/b --adapter a --network n.json --images i.zip --range 8 --out o",
        "train --task a/b --adapter a --network n.json --images i.zip --validation 0:8 --out o"
      })
  void shouldNoticeAMistake(String arguments) {
    var command = ShellBlocks.read(PAGE, "```sh\n./deftstream " + arguments + "\n```\n").get(0);

    assertThatThrownBy(() -> check(command))
        .isInstanceOfAny(ParameterException.class, UserError.class);
  }

  /** Parses the command, and checks what can be without a file or a broker; runs nothing. */
  private static void check(ShellBlocks.Command command) {
    var parsed = Deftstream.commandLine().parseArgs(command.arguments().toArray(String[]::new));
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    var line = parsed.commandSpec().commandLine();
    if (line.isUsageHelpRequested()) {
      return;
    }
    Object action = parsed.commandSpec().userObject();
    if (!line.getSubcommands().isEmpty() && action instanceof Runnable) {
      throw new ParameterException(line, "a command is missing");
    }
    boolean elsewhere = parsed.hasMatchedOption("--serve") || parsed.hasMatchedOption("--now");
    if (action instanceof TrainCommand train && !elsewhere) {
      train.check();
    }
  }
}
