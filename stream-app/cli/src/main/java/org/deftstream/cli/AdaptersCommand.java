package org.deftstream.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.ControlTopic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code deftstream adapters}: what serves each task, and how to change it while records flow. */
@Command(
    name = "adapters",
    description = "Show and change what serves each task, while records flow.",
    subcommands = {
      AdaptersCommand.Show.class,
      AdaptersLogCommand.class,
      AdaptersPushCommand.class,
      AdaptersCommand.Activate.class,
      AdaptersCommand.Canary.class,
      AdaptersCommand.Promote.class,
      AdaptersCommand.TrainingFree.class,
      AdaptersCommand.Rollback.class,
      AdaptersCommand.Retire.class,
      AdaptersCommand.Inspect.class,
      AdaptersExportCommand.class,
      ValidateCommand.class,
      AdaptersKeygenCommand.class
    })
final class AdaptersCommand extends CommandGroup {
  private static final String TASK = "Name of the task, as in its definition.";

  /** {@code deftstream adapters list}. */
  @Command(
      name = "list",
      description = "Show what is asked of each task, and what each instance serves.",
      footer = {
        "",
        "Example: deftstream adapters list --json",
        "Exit codes: 0 shown, 1 Kafka or the registry does not answer, 2 wrong usage."
      })
  static final class Show implements Callable<Integer> {
    @Mixin private SettingsOptions settings;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var access = ControlAccess.of(settings.read());
      var listing =
          new AdapterListing(
              ControlTopic.read(access), ControlTopic.statuses(access), Instant.now());
      var out = spec.commandLine().getOut();
      out.print(json ? listing.json() + System.lineSeparator() : listing.text());
      out.flush();
      return 0;
    }
  }

  /** {@code deftstream adapters activate}. */
  @Command(
      name = "activate",
      description = "Serve an adapter that was pushed; the one before it stays loaded.",
      footer = {
        "",
        "Example: deftstream adapters activate head-ct-64/ct-sparse-20 ct-sparse-20-v3",
        "Exit codes: 0 an instance serves it, 1 one refuses it or none reports in time, 2 wrong usage."
      })
  static final class Activate implements Callable<Integer> {
    @Mixin private ControlAccess access;

    @Parameters(index = "0", paramLabel = "TASK", description = TASK)
    private String task;

    @Parameters(index = "1", paramLabel = "ADAPTER", description = "Id of the adapter.")
    private String adapter;

    @Mixin private SamplerOption sampler;

    @Override
    public Integer call() {
      var sampled = sampler.settings();
      return access.change(
          task,
          state -> {
            var next = ControlChanges.activate(state, adapter);
            return sampled.map(each -> ControlChanges.sampled(next, each)).orElse(next);
          });
    }
  }

  /** {@code deftstream adapters canary}. */
  @Command(
      name = "canary",
      description = "Try an adapter that was pushed on a share of the measurements.",
      footer = {
        "",
        "Example: deftstream adapters canary head-ct-64/ct-sparse-20 ct-sparse-20-v3 --share 0.1",
        "Exit codes: 0 an instance tries it, 1 one refuses it or none reports in time, 2 wrong usage."
      })
  static final class Canary implements Callable<Integer> {
    @Mixin private ControlAccess access;

    @Parameters(index = "0", paramLabel = "TASK", description = TASK)
    private String task;

    @Parameters(index = "1", paramLabel = "ADAPTER", description = "Id of the adapter.")
    private String adapter;

    @Option(
        names = "--share",
        paramLabel = "SHARE",
        defaultValue = "0.1",
        description = "Its share, above 0 and at most 1 (default: ${DEFAULT-VALUE}).")
    private double share;

    @Override
    public Integer call() {
      return access.changeCanary(task, state -> ControlChanges.canary(state, adapter, share));
    }
  }

  /** {@code deftstream adapters promote}. */
  @Command(
      name = "promote",
      description = "Serve the canary to all measurements.",
      footer = {
        "",
        "Example: deftstream adapters promote head-ct-64/ct-sparse-20",
        "Exit codes: 0 an instance serves it, 1 there is no canary, or none reports in time, 2 wrong usage."
      })
  static final class Promote implements Callable<Integer> {
    @Mixin private ControlAccess access;

    @Parameters(paramLabel = "TASK", description = TASK)
    private String task;

    @Override
    public Integer call() {
      return access.change(task, ControlChanges::promote);
    }
  }

  /** {@code deftstream adapters training-free}. */
  @Command(
      name = "training-free",
      description = "Serve a task without an adapter; its adapters stay loaded.",
      footer = {
        "",
        "Example: deftstream adapters training-free unit/holes --definition holes.json",
        "Exit codes: 0 an instance serves it, 1 one refuses it or none reports in time, 2 wrong usage."
      })
  static final class TrainingFree implements Callable<Integer> {
    @Mixin private ControlAccess access;
    @Mixin private DefinitionOption definition;

    @Parameters(paramLabel = "TASK", description = TASK)
    private String task;

    @Override
    public Integer call() {
      return access.change(task, state -> ControlChanges.trainingFree(definition.applyTo(state)));
    }
  }

  /** {@code deftstream adapters rollback}. */
  @Command(
      name = "rollback",
      description = {
        "Go back by one step.",
        "Ends a canary if there is one, else serves the previous adapter, else none."
      },
      footer = {
        "",
        "Example: deftstream adapters rollback head-ct-64/ct-sparse-20",
        "Exit codes: 0 an instance serves what was before, 1 there is nothing to go back to, or none reports in time, 2 wrong usage."
      })
  static final class Rollback implements Callable<Integer> {
    @Mixin private ControlAccess access;

    @Parameters(paramLabel = "TASK", description = TASK)
    private String task;

    @Override
    public Integer call() {
      return access.change(task, ControlChanges::rollback);
    }
  }

  /** {@code deftstream adapters retire}. */
  @Command(
      name = "retire",
      description = {
        "End a task: its measurements become dead letters.",
        "A task of the models directory comes back with a restart; remove its file as well."
      },
      footer = {
        "",
        "Example: deftstream adapters retire unit/holes",
        "Exit codes: 0 retired, 1 there is no such task, or none reports in time, 2 wrong usage."
      })
  static final class Retire implements Callable<Integer> {
    @Mixin private ControlAccess access;

    @Parameters(paramLabel = "TASK", description = TASK)
    private String task;

    @Override
    public Integer call() {
      return access.retire(task);
    }
  }

  /** {@code deftstream adapters inspect}. */
  @Command(
      name = "inspect",
      description = "Show what an adapter's directory holds, and check the weights' checksum.",
      footer = {
        "",
        "Example: deftstream adapters inspect deft/models/adapters/head-ct-64-ct-sparse-20 --json",
        "Exit codes: 0 shown, 1 it is no adapter, or damaged, 2 wrong usage."
      })
  static final class Inspect implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Directory of the adapter.")
    private Path directory;

    @Option(names = "--json", description = "Print the manifest as it is.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var content = AdapterDirectory.read(directory);
      var out = spec.commandLine().getOut();
      if (json) {
        out.println(content.manifest().toJson());
      } else {
        facts(content).forEach((name, value) -> out.printf("%-12s %s%n", name, value));
      }
      out.flush();
      return 0;
    }

    private static Map<String, String> facts(AdapterDirectory.Content content) {
      var manifest = content.manifest();
      var tensors = content.weights().tensors();
      boolean finite = tensors.values().stream().allMatch(FloatTensor::isFinite);
      var facts = new LinkedHashMap<String, String>();
      facts.put("adapter", manifest.adapterId());
      facts.put("task", manifest.task());
      facts.put("prior", manifest.priorName() + " " + manifest.priorFingerprint());
      facts.put(
          "operator",
          manifest.operator().path("kind").asText() + " " + manifest.operatorFingerprint());
      facts.put("images", manifest.imageShape().toString());
      facts.put(
          "weights",
          manifest.parameters()
              + " in "
              + tensors.size()
              + " tensors, "
              + content.weightsFile().length
              + " bytes"
              + (finite ? "" : ", NOT all finite"));
      facts.put("sha256", manifest.weightsSha256() + " (checked)");
      facts.put("golden", manifest.golden().isPresent() ? "recorded" : "none");
      facts.put("training", manifest.training().toString());
      facts.put("validation", manifest.validation().toString());
      return facts;
    }
  }
}
