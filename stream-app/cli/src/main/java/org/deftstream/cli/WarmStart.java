package org.deftstream.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;

/**
 * Does what short commands do, and with the argument {@code serve} what the service does at its
 * start, against nothing, so that their classes are loaded when this ends: launchers have the JVM
 * keep them in an archive, from which later starts take them. Prints nothing but what failed. Not
 * for direct use.
 */
public final class WarmStart {
  private static final String[][] COMMANDS = {
    {"--help"},
    {"adapters", "list", "--help"},
    {"dlq", "list", "--help"},
    {"stack", "status", "--directory=/nonexistent", "--json"},
    {"tasks", "list"},
    of("status"),
    of("topics", "describe"),
    of("dlq", "list"),
    {"no-such-command"},
  };

  private WarmStart() {}

  /** Runs commands of which nothing is shown. */
  interface Commands {
    void run(String... command);
  }

  private static String[] of(String... command) {
    var all = new String[command.length + 3];
    System.arraycopy(command, 0, all, 0, command.length);
    all[command.length] = "--set=bootstrap.servers=127.0.0.1:1";
    all[command.length + 1] = "--set=schema.registry.url=http://127.0.0.1:1";
    all[command.length + 2] = "--set=connect.timeout.ms=300";
    return all;
  }

  /** Runs them all. */
  public static void main(String[] args) throws Exception {
    var said = System.err;
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    Verbosity.early(System.getenv());
    var nowhere = new PrintWriter(Writer.nullWriter());
    Commands commands =
        command -> Deftstream.commandLine(command).setOut(nowhere).setErr(nowhere).execute(command);
    for (var command : COMMANDS) {
      commands.run(command);
    }
    decode();
    if (args.length > 0) {
      try {
        WarmServe.run(commands);
      } catch (Exception | Error e) {
        e.printStackTrace(said);
        System.exit(1);
      }
    }
    System.exit(0);
  }

  /** What came from a topic, as far as that goes without a registry. */
  private static void decode() {
    var status =
        AdapterStatus.newBuilder()
            .setInstance("one")
            .setTask("a/b")
            .setState(AdapterState.SERVING)
            .setAt(Instant.EPOCH)
            .build();
    try (var values = Serdes.of("mock://warm-start").value(AdapterStatus.class)) {
      values.serializer().serialize("adapter-status", status);
    } catch (RuntimeException e) {
      // There is no schema; what would write it is loaded.
    }
  }
}
