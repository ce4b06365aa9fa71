package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.deftstream.deft.UserError;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.task.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code deftstream tasks}: what can be reconstructed here, and what a record of it holds. */
@Command(
    name = "tasks",
    description = "List the tasks that are installed, and show what a record of one holds.",
    subcommands = {TasksCommand.All.class, TasksCommand.One.class})
final class TasksCommand extends CommandGroup {

  /** {@code deftstream tasks list}. */
  @Command(
      name = "list",
      description = "List the tasks.",
      footer = {
        "",
        "Example: deftstream tasks list --json",
        "Exit codes: 0 shown, 1 the models directory cannot be read, 2 wrong usage."
      })
  static final class All implements Callable<Integer> {
    @Mixin private ModelsOption models;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var out = spec.commandLine().getOut();
      var array = JsonNodeFactory.instance.arrayNode();
      for (var task : models.files().tasks()) {
        if (json) {
          array.add(describe(task, ""));
        } else {
          out.printf(
              Locale.ROOT,
              "%-36s %-18s %s -> %s%n",
              task.name(),
              task.operator().kind(),
              Arrays.toString(task.operator().measurementShape()),
              task.operator().imageShape());
        }
      }
      if (json) {
        out.println(array);
      }
      out.flush();
      return 0;
    }
  }

  /** {@code deftstream tasks show}. */
  @Command(
      name = "show",
      description = "Show a task: physics, shapes, units, an example record.",
      footer = {
        "",
        "Example: deftstream tasks show head-ct-64/ct-sparse-20",
        "Exit codes: 0 shown, 1 there is no such task, 2 wrong usage."
      })
  static final class One implements Callable<Integer> {
    @Mixin private ModelsOption models;

    @Parameters(paramLabel = "TASK", description = "Its name, as `list` says it.")
    private String name;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var files = models.files();
      Task task;
      try {
        task = files.task(name);
      } catch (UserError e) {
        throw new UserError(
            e.getMessage()
                + "; there are "
                + files.tasks().stream().map(Task::name).collect(Collectors.joining(", ")),
            e);
      }
      var prior = files.prior(task.prior());
      String sizes =
          prior.tiling() instanceof Tiling.Whole ? "this size only" : "this size and others";
      var described = describe(task, sizes);
      var out = spec.commandLine().getOut();
      if (json) {
        out.println(described);
      } else {
        described
            .properties()
            .forEach(
                field ->
                    out.printf(
                        "%-12s %s%n",
                        field.getKey(),
                        field.getValue().isTextual()
                            ? field.getValue().asText()
                            : field.getValue().toPrettyString()));
      }
      out.flush();
      return 0;
    }
  }

  private static ObjectNode describe(Task task, String sizes) {
    var operator = task.operator();
    var range = operator.measurementRange();
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("task", task.name())
            .put("prior", task.prior())
            .put("image", operator.imageShape() + (sizes.isEmpty() ? "" : ", " + sizes))
            .put("values", operator.measuredForm(operator.auxiliaryShapes().keySet()))
            .put(
                "units",
                "what images in [-1, 1] measure"
                    + (Double.isFinite(range.most())
                        ? String.format(Locale.ROOT, ": %.4g to %.4g", range.least(), range.most())
                        : "")
                    + (operator.linear()
                        ? "; with scale, what images in its physical units measure"
                        : "; not linear, so without scale"))
            .put("noise", operator.noiseSigma());
    var inputs = json.putObject("auxiliary");
    new TreeMap<>(operator.auxiliaryShapes())
        .forEach((name, shape) -> inputs.put(name, Arrays.toString(shape) + ", needed"));
    new TreeMap<>(operator.optionalShapes())
        .forEach((name, shape) -> inputs.put(name, Arrays.toString(shape) + ", may be left out"));
    json.set("operator", operator.spec());
    json.set("example", example(task, operator));
    return json;
  }

  /** A record as its fields, without the numbers. */
  private static ObjectNode example(Task task, ForwardOperator operator) {
    var example =
        JsonNodeFactory.instance.objectNode().put("id", "scan-0001").put("task", task.name());
    tensor(example.putObject("values"), operator.measurementShape());
    var auxiliary = example.putObject("auxiliary");
    operator.auxiliaryShapes().forEach((name, shape) -> tensor(auxiliary.putObject(name), shape));
    if (operator.linear()) {
      example.putObject("scale").put("slope", 2048).put("intercept", 1024).put("units", "HU");
    }
    return example;
  }

  private static void tensor(ObjectNode json, int[] shape) {
    json.put("dtype", "FLOAT32");
    var axes = json.putArray("shape");
    Arrays.stream(shape).forEach(axes::add);
    json.put("data", "<" + Arrays.stream(shape).reduce(4, Math::multiplyExact) + " bytes>");
  }
}
