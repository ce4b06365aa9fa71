package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.config.EngineKeys;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.schemas.PrintableText;
import org.deftstream.schemas.avro.Measurement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code deftstream bridge}: a facility's topic of detector images as measurements. */
@Command(
    name = "bridge",
    description = {
      "Send what a detector's topic holds (messages ad00) as measurements of a task, each once, until Ctrl-C.",
      "It goes on where it was. A message that cannot be a measurement is named with the reason,"
          + " counted, and passed over; nothing is taken from its topic."
    },
    footer = {
      "",
      "Example: deftstream bridge camera-1 --task fashion-32/inpaint --auxiliary mask=mask.png",
      "Exit codes: 0 all was sent (--to-end), 1 something was not, another bridge took over, or Kafka does not"
          + " answer, 2 wrong usage, 130 or 143 ended by a signal, in order."
    })
final class BridgeCommand implements Callable<Integer>, DetectorBridge.Listener {
  private static final int LONGEST = 1000;
  private static final int MOST_NOTES = 10;
  private static final long SAY_NANOS = TimeUnit.SECONDS.toNanos(1);

  @Mixin private SettingsOptions options;
  @Mixin private Models models;
  @Mixin private ReadingOptions reading;

  @Parameters(paramLabel = "TOPIC", description = "The detector's topic.")
  private String source;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description =
          "Consumer group that notes how far it has come (default: APPLICATION.ID-bridge-TOPIC).")
  private String group;

  @Option(
      names = "--from-now",
      description = "Begin with what comes from now on, where the group has noted nothing yet.")
  private boolean fromNow;

  @Option(names = "--to-end", description = "End when all is sent that is there at the start.")
  private boolean toEnd;

  @Option(names = "--json", description = "One JSON document on standard output, at the end.")
  private boolean json;

  @Spec private CommandSpec spec;

  private final Set<String> noted = new LinkedHashSet<>();
  private long sent;
  private long rejected;
  private long unsaid;
  private long saidAt = System.nanoTime() - SAY_NANOS;

  @Override
  public Integer call() {
    var settings = options.read();
    var input = new TaskInput(models.task(), reading, settings.get(EngineKeys.IMAGE_MAX_PIXELS));
    if (source.equals(settings.topics().measurements())) {
      throw new UserError("'" + source + "' is the topic of measurements itself");
    }
    new TopicAdmin(settings.connection()).verify(settings.topics());
    String noting =
        group == null ? settings.get(ServiceKeys.APPLICATION_ID) + "-bridge-" + source : group;
    try (var closing = new ShutdownOwner()) {
      var serializer =
          closing.own("serializer", DlqAccess.serdes(settings).serializer(Measurement.class));
      var bridge =
          closing.own(
              "bridge",
              new DetectorBridge(settings, source, noting, fromNow, input, serializer, this));
      say("bridge: " + source + " to " + settings.topics().measurements() + ", group " + noting);
      var ends = bridge.ends();
      while (!closing.closing() && !(toEnd && bridge.isAt(ends))) {
        bridge.step();
      }
    } finally {
      report();
    }
    return rejected == 0 ? 0 : 1;
  }

  @Override
  public void sent(int measurements) {
    sent += measurements;
  }

  /** At most a line a second, so that a topic of something else fills no log. */
  @Override
  public void rejected(String message, String reason) {
    rejected++;
    if (System.nanoTime() - saidAt < SAY_NANOS) {
      unsaid++;
      return;
    }
    saidAt = System.nanoTime();
    say(
        "rejected: "
            + PrintableText.line(
                reason.startsWith(message) ? reason : message + ": " + reason, LONGEST)
            + (unsaid == 0 ? "" : " (and " + unsaid + " more before it)"));
    unsaid = 0;
  }

  @Override
  public void note(List<String> notes) {
    for (String note : notes) {
      if (noted.size() < MOST_NOTES && noted.add(note)) {
        say("note: " + PrintableText.line(note, LONGEST));
      }
    }
  }

  private void report() {
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(
          JsonNodeFactory.instance.objectNode().put("sent", sent).put("rejected", rejected));
    } else {
      out.printf("%,d sent, %,d rejected%n", sent, rejected);
    }
    out.flush();
  }

  private void say(String line) {
    var error = spec.commandLine().getErr();
    error.println(line);
    error.flush();
  }
}
