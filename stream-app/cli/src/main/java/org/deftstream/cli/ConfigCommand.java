package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream config}: the settings that hold. */
@Command(
    name = "config",
    description = "Show the settings that hold, and where each was found.",
    subcommands = ConfigCommand.Show.class)
final class ConfigCommand extends CommandGroup {

  /** {@code deftstream config show}. */
  @Command(
      name = "show",
      description = "Show every setting, its value, and where it came from; secrets are hidden.",
      footer = {
        "",
        "Example: deftstream config show --config service.properties --changed",
        "Exit codes: 0 shown, 1 a setting is wrong, 2 wrong usage."
      })
  static final class Show implements Callable<Integer> {
    @Mixin private SettingsOptions settings;

    @Option(names = "--changed", description = "Only what is not the default.")
    private boolean changed;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var document = JsonNodeFactory.instance.objectNode();
      var list = document.putArray("settings");
      var out = spec.commandLine().getOut();
      for (var held : settings.read().held()) {
        if (changed && held.origin().isEmpty()) {
          continue;
        }
        if (json) {
          list.addObject()
              .put("key", held.key())
              .put("value", held.value())
              .put("origin", held.origin().orElse(null));
        } else {
          out.printf(
              "%-44s %s%n", held.key() + "=" + held.value(), held.origin().orElse("default"));
        }
      }
      if (json) {
        out.println(document);
      }
      out.flush();
      return 0;
    }
  }
}
