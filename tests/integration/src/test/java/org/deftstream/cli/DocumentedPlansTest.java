package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.evaluation.Plan;
import org.deftstream.deft.evaluation.PlannedMethod;
import org.deftstream.deft.evaluation.PlannedTask;
import org.deftstream.trainer.models.ModelFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shipped plans name what ships, or what a command on their page makes. */
class DocumentedPlansTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final Path PAGE = ROOT.resolve("docs/benchmarks/README.md");
  private static final String SHIPPED = "deft/models/adapters/";
  private static final String TRAINED = "trained:";
  private static final Pattern RESULT = Pattern.compile("trained:(.+)/(adapter|regression)");
  private static final Comparator<Shipped> SHIPPED_ORDER =
      Comparator.comparing(Shipped::task).thenComparing(Shipped::id);
  private static final ModelFiles MODELS = new ModelFiles(ROOT.resolve("deft/models"));

  static List<Path> plans() throws IOException {
    try (var files = Files.list(ROOT.resolve("deft/models/benchmarks"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("plans")
  void shouldNameTasksThatShip(Path plan) throws IOException {
    assertThat(read(plan).tasks())
        .isNotEmpty()
        .extracting(PlannedTask::task)
        .allMatch(MODELS::hasTask, "is a shipped task");
  }

  @ParameterizedTest
  @MethodSource("plans")
  void shouldNameAdaptersThatShipOrThatACommandMakes(Path plan) throws IOException {
    var made = trainings();
    for (var task : read(plan).tasks()) {
      for (var adapter : adapters(task)) {
        if (adapter.startsWith(TRAINED)) {
          assertThat(adapter).matches(RESULT);
          var name = made(adapter);
          assertThat(made).containsKey(name);
          assertThat(made.get(name).value("--task")).as(name).isEqualTo(task.task());
        } else {
          assertThat(adapter).startsWith(SHIPPED);
          assertThat(shippedAdapter(adapter.substring(SHIPPED.length())).task())
              .as(adapter)
              .isEqualTo(task.task());
        }
      }
    }
  }

  @Test
  void shouldTellHowEveryShippedAdapterIsMade() throws IOException {
    var named = new TreeSet<String>();
    for (var plan : plans()) {
      read(plan).tasks().forEach(task -> named.addAll(adapters(task)));
    }
    var trainings = trainings();
    for (var command : trainings.values()) {
      if (command.value("--from") != null) {
        named.add(command.value("--from").replaceFirst("^trained/", TRAINED));
      }
    }
    var told = new TreeSet<Shipped>(SHIPPED_ORDER);
    trainings.forEach(
        (name, command) -> {
          if (named.stream().map(DocumentedPlansTest::made).noneMatch(name::equals)) {
            assertThat(told.add(new Shipped(command.value("--task"), command.value("--adapter"))))
                .as(command + ": makes no adapter that a plan or a command names, or one twice")
                .isTrue();
          }
        });

    var shipped = new TreeSet<Shipped>(SHIPPED_ORDER);
    try (var folders = Files.list(ROOT.resolve(SHIPPED))) {
      for (var folder : folders.toList()) {
        shipped.add(shippedAdapter(folder.getFileName().toString()));
      }
    }
    assertThat(told).isEqualTo(shipped);
  }

  static Stream<ShellBlocks.Command> evaluations() throws IOException {
    return DocumentedCommandsTest.commands()
        .filter(command -> command.arguments().get(0).equals("evaluate"))
        .filter(command -> command.value("--plan") != null);
  }

  @ParameterizedTest
  @MethodSource("evaluations")
  void shouldGiveSourcesThatThePlanHas(ShellBlocks.Command command) throws IOException {
    var sources =
        command.values("--source").stream()
            .map(source -> source.split("=", 2))
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    Path file = ROOT.resolve(command.value("--plan"));
    assertThat(file).as(command.toString()).isRegularFile();
    var plan = read(file);

    assertThatCode(() -> plan.withSources(sources))
        .as(command.toString())
        .doesNotThrowAnyException();
  }

  /** The trainings of the page by the last name of their {@code --out trained/NAME}. */
  private static Map<String, ShellBlocks.Command> trainings() throws IOException {
    return ShellBlocks.read(PAGE).stream()
        .filter(command -> command.arguments().get(0).equals("train"))
        .collect(
            Collectors.toMap(
                command -> command.value("--out").replaceFirst("^trained/", ""),
                command -> command));
  }

  /** The name of what a training makes; empty for what ships. */
  private static String made(String adapter) {
    var result = RESULT.matcher(adapter);
    return result.matches() ? result.group(1) : "";
  }

  private static List<String> adapters(PlannedTask task) {
    return task.methods().stream().map(PlannedMethod::adapter).flatMap(Optional::stream).toList();
  }

  private record Shipped(String task, String id) {}

  private static Shipped shippedAdapter(String folder) {
    var manifest = AdapterDirectory.read(ROOT.resolve(SHIPPED).resolve(folder)).manifest();
    return new Shipped(manifest.task(), manifest.adapterId());
  }

  private static Plan read(Path plan) throws IOException {
    return Plan.parse(Files.readString(plan));
  }
}
