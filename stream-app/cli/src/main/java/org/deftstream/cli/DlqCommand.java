package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.messaging.deadletter.DeadLetterReader;
import org.deftstream.messaging.deadletter.DeadLetterReplay;
import org.deftstream.messaging.deadletter.DeadLetterReplay.Outcome;
import org.deftstream.messaging.deadletter.LetterMeasurements;
import org.deftstream.messaging.deadletter.ReceivedDeadLetter;
import org.deftstream.messaging.deadletter.ReplayOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code deftstream dlq}: what could not be answered, and how to send it once more. */
@Command(
    name = "dlq",
    description = "Show the measurements that could not be answered, and replay them.",
    subcommands = {
      DlqCommand.Show.class,
      DlqCommand.One.class,
      DlqCommand.Replay.class,
      DlqSkipCommand.class
    })
final class DlqCommand extends CommandGroup {

  /** {@code deftstream dlq list}. */
  @Command(
      name = "list",
      description = "List dead letters and count them by reason.",
      footer = {
        "",
        "Example: deftstream dlq list --reason UnknownTask --json",
        "Exit codes: 0 listed, 1 Kafka does not answer, or with --task the registry, 2 wrong usage."
      })
  static final class Show implements Callable<Integer> {
    @Mixin private DlqAccess access;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "100",
        description = "Most letters to list; all are counted (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      if (limit < 0) {
        throw new UserError("--limit must be 0 or more, got " + limit);
      }
      var service = access.settings();
      var filter = access.filter();
      var document = JsonNodeFactory.instance.objectNode();
      var listed = document.putArray("deadLetters");
      var reasons = new TreeMap<String, Integer>();
      var out = spec.commandLine().getOut();
      try (var reader = DeadLetterReader.open(DlqAccess.of(service), filter.partition());
          var names = new LetterMeasurements(DlqAccess.serdes(service))) {
        var known = new KnownMeasurements(names, spec.commandLine().getErr());
        reader.skipTo(filter.from());
        int[] left = {limit};
        reader.forEach(
            letter -> {
              if (access.accepts(letter, names)) {
                reasons.merge(letter.reason(), 1, Integer::sum);
                if (left[0]-- > 0 && json) {
                  listed.add(DeadLetterText.json(letter, known.of(letter)));
                } else if (left[0] >= 0) {
                  out.println(DeadLetterText.line(letter, known.of(letter)));
                }
              }
              return true;
            });
      }
      if (json) {
        reasons.forEach(document.putObject("reasons")::put);
        out.println(document);
      } else {
        reasons.forEach((reason, count) -> out.printf("%8d  %s%n", count, reason));
      }
      out.flush();
      return 0;
    }
  }

  /** {@code deftstream dlq show}. */
  @Command(
      name = "show",
      description = "Show one dead letter: the measurement that it was, and all its headers.",
      footer = {
        "",
        "Example: deftstream dlq show 0@17 --value record.avro",
        "Exit codes: 0 shown, 1 there is none, or Kafka or the registry does not answer, 2 wrong"
            + " usage."
      })
  static final class One implements Callable<Integer> {
    private static final Pattern PLACE = Pattern.compile("(\\d{1,9})@(\\d{1,18})");

    @Mixin private SettingsOptions settings;

    @Parameters(paramLabel = "PARTITION@OFFSET", description = "Where it lies, as `list` says.")
    private String place;

    @Option(names = "--value", paramLabel = "FILE", description = "Write its value to a file.")
    private Path file;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var parts = PLACE.matcher(place);
      if (!parts.matches()) {
        throw new UserError("a dead letter is named as PARTITION@OFFSET, got '" + place + "'");
      }
      var service = settings.read();
      var out = spec.commandLine().getOut();
      try (var reader =
              DeadLetterReader.open(
                  DlqAccess.of(service), OptionalInt.of(Integer.parseInt(parts.group(1))));
          var names = new LetterMeasurements(DlqAccess.serdes(service))) {
        long offset = Long.parseLong(parts.group(2));
        reader.skipTo(OptionalLong.of(offset));
        ReceivedDeadLetter[] found = new ReceivedDeadLetter[1];
        reader.forEach(
            letter -> {
              found[0] = letter;
              return false;
            });
        if (found[0] == null || found[0].record().offset() != offset) {
          throw new UserError(
              "there is no dead letter " + place + "; dlq list shows which there are");
        }
        var measurement = names.of(found[0]);
        if (json) {
          var document = DeadLetterText.json(found[0], measurement);
          measurement.ifPresent(each -> document.set("measurement", MeasurementText.json(each)));
          out.println(document);
        } else {
          out.println(DeadLetterText.whole(found[0], measurement));
        }
        out.flush();
        write(found[0]);
      }
      return 0;
    }

    private void write(ReceivedDeadLetter letter) {
      if (file == null) {
        return;
      }
      byte[] value = letter.record().value();
      if (value == null) {
        throw new UserError("dead letter " + place + " has no value to write");
      }
      try {
        Files.write(file, value);
      } catch (IOException e) {
        throw new UserError("cannot write " + file + ": " + FileProblem.reason(e), e);
      }
    }
  }

  /** {@code deftstream dlq replay}. */
  @Command(
      name = "replay",
      description = {
        "Send dead letters once more, as they came.",
        "What was replayed before is left where it is and said to be so, also if the command was"
            + " killed in the middle."
      },
      footer = {
        "",
        "Example: deftstream dlq replay --reason UnknownTask --dry-run",
        "Exit codes: 0 replayed, or said what would be, 1 Kafka or the registry does not answer, 2"
            + " wrong usage."
      })
  static final class Replay implements Callable<Integer> {
    @Mixin private DlqAccess access;

    @Option(names = "--all", description = "Replay all; needed if nothing else says which.")
    private boolean all;

    @Option(names = "--dry-run", description = "Only say what would be replayed.")
    private boolean dryRun;

    @Option(names = "--again", description = "Replay also what was replayed before.")
    private boolean again;

    @Option(
        names = "--without-deadline",
        description = "Leave out the header deft.deadline, which may have gone by.")
    private boolean withoutDeadline;

    @Option(
        names = "--max-replays",
        paramLabel = "N",
        defaultValue = "" + ReplayOptions.MAX_REPLAYS,
        description = "Leave what was replayed so often (default: ${DEFAULT-VALUE}).")
    private int maxReplays;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var filter = access.filter();
      if (filter.all() && !all) {
        throw new UserError(
            "which dead letters? Say --reason, --task, --partition, --from or --to, or --all");
      }
      if (maxReplays < 1) {
        throw new UserError("--max-replays must be at least 1, got " + maxReplays);
      }
      var counts = new TreeMap<Outcome, Integer>();
      var out = spec.commandLine().getOut();
      new DeadLetterReplay(DlqAccess.of(access.settings()))
          .run(
              new ReplayOptions(
                  filter, maxReplays, again, !withoutDeadline, dryRun, ReplayOptions.BATCH),
              (letter, outcome) -> {
                counts.merge(outcome, 1, Integer::sum);
                if (!json && (dryRun || outcome != Outcome.REPLAYED)) {
                  out.println(
                      DeadLetterText.name(outcome)
                          + "  "
                          + DeadLetterText.line(letter, Optional.empty()));
                }
              });
      if (json) {
        var document = JsonNodeFactory.instance.objectNode().put("dryRun", dryRun);
        for (var outcome : Outcome.values()) {
          document.put(DeadLetterText.name(outcome), counts.getOrDefault(outcome, 0));
        }
        out.println(document);
      } else {
        out.printf(
            "%d dead letters %s, %d left (replayed before: %d, replayed too often: %d, incomplete:"
                + " %d)%s%n",
            counts.getOrDefault(Outcome.REPLAYED, 0),
            dryRun ? "would be replayed" : "replayed",
            counts.values().stream().mapToInt(Integer::intValue).sum()
                - counts.getOrDefault(Outcome.REPLAYED, 0),
            counts.getOrDefault(Outcome.REPLAYED_BEFORE, 0),
            counts.getOrDefault(Outcome.TOO_OFTEN, 0),
            counts.getOrDefault(Outcome.INCOMPLETE, 0),
            counts.containsKey(Outcome.REPLAYED_BEFORE)
                ? "; --again replays also what was replayed before"
                : "");
      }
      out.flush();
      return 0;
    }
  }
}
