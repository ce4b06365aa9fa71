package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.number;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What starts cost, in seconds of the processor and by the clock: short commands, the service until
 * it is ready, and until its first reconstruction; without an archive of classes, with that of the
 * launcher ({@code ./deftstream}), and with that of the images. {@code
 * -Ddeftstream.benchmarks.start.turns} says how often each is measured.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class StartUpIT {
  private static final int TURNS = Form.number("start.turns", 1, 5);
  private static final double WANTED_HELP = 0.5;
  private static final double WANTED_COMMAND = 2;
  private static final double WANTED_FIRST = 10;
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  /** How a JVM is started. */
  private enum Way {
    /** As a plain JVM is. */
    PLAIN("without an archive"),
    /** As {@code ./deftstream} does it. */
    LAUNCHER("launcher"),
    /** As the images do it. */
    IMAGE("image");

    private final String title;

    Way(String title) {
      this.title = title;
    }
  }

  /** Seconds. */
  private record Cost(double processor, double clock) {}

  @TempDir Path directory;

  @Test
  void shouldStartSoon() throws Exception {
    archive(Way.LAUNCHER, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    archive(Way.IMAGE, List.of("-XX:+UseParallelGC"), "serve");
    var table = new Table("what", "without an archive: processor, clock", "launcher", "image");
    Cost help;
    Cost list;
    Cost first;
    try (var platform = EmbeddedPlatform.start(directory.resolve("platform"));
        var installation = new Installation(platform, "start", 2)) {
      var settings = settings(platform, installation);
      help = row(table, "`--help`", way -> command(way, settings, "--help"));
      list = row(table, "`adapters list`", way -> command(way, settings, "adapters", "list"));
      row(table, "`topics describe`", way -> command(way, settings, "topics", "describe"));
      row(table, "`serve`, until it is ready", way -> serve(way, settings, installation)[0]);
      first =
          row(
              table,
              "`serve`, until the first reconstruction of a record that waits",
              way -> serve(way, settings, installation)[1]);
    }
    Section.START_UP.publish(table.markdown());
    if (Form.isLong()) {
      Page.update();
      assertThat(help.processor()).isLessThan(WANTED_HELP);
      assertThat(list.processor()).isLessThan(WANTED_COMMAND);
      assertThat(first.clock()).isLessThan(WANTED_FIRST);
    }
  }

  private interface Measured {
    Cost of(Way way) throws Exception;
  }

  /** The medians of all ways; those of the launcher are returned. */
  private static Cost row(Table table, String what, Measured measured) throws Exception {
    var cells = new ArrayList<Object>(List.of(what));
    Cost launcher = null;
    for (var way : Way.values()) {
      var processor = new ArrayList<Double>();
      var clock = new ArrayList<Double>();
      for (int turn = 0; turn < TURNS; turn++) {
        var cost = measured.of(way);
        processor.add(cost.processor());
        clock.add(cost.clock());
      }
      var median = new Cost(Figures.of(processor).median(), Figures.of(clock).median());
      cells.add(number(median.processor(), 2) + " s, " + number(median.clock(), 2) + " s");
      launcher = way == Way.LAUNCHER ? median : launcher;
    }
    // On a busy machine the rest may never come.
    System.out.println(cells);
    table.row(cells.toArray());
    return launcher;
  }

  private static Map<String, String> settings(
      EmbeddedPlatform platform, Installation installation) {
    var settings = new TreeMap<>(installation.settings());
    settings.put("bootstrap.servers", platform.bootstrapServers());
    settings.put("schema.registry.url", platform.registryUrl());
    settings.put("instance.id", "start-1");
    return settings;
  }

  /** Class path and flags as the launcher has them. */
  private List<String> line(Way way, boolean brief) throws IOException {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("-Dfile.encoding=UTF-8");
    line.add("-Ddeftstream.home=" + ROOT);
    line.add("-Ddeftstream.models=" + ROOT.resolve("deft/models"));
    if (way != Way.PLAIN) {
      line.add("-XX:SharedArchiveFile=" + archive(way));
      line.add("-Xlog:cds=off");
      line.add("-Xlog:cds+dynamic=off");
    }
    boolean quick = way == Way.LAUNCHER && brief;
    line.add(quick ? "-XX:+UseSerialGC" : "-XX:+UseParallelGC");
    if (quick) {
      line.add("-XX:TieredStopAtLevel=1");
    }
    line.add("-cp");
    line.add(classPath());
    return line;
  }

  private static String classPath() throws IOException {
    var target = ROOT.resolve("stream-app/devstack/target");
    return target.resolve("deftstream-devstack.jar")
        + ":"
        + Files.readString(target.resolve("classpath")).strip();
  }

  private Path archive(Way way) {
    return directory.resolve(way.title + ".jsa");
  }

  private void archive(Way way, List<String> flags, String... arguments) throws IOException {
    var line = line(Way.PLAIN, false);
    line.remove("-XX:+UseParallelGC");
    line.addAll(1, flags);
    line.add(1, "-XX:ArchiveClassesAtExit=" + archive(way));
    line.add("org.deftstream.cli.WarmStart");
    line.addAll(List.of(arguments));
    run(line, Map.of());
    assertThat(archive(way)).exists();
  }

  private Cost command(Way way, Map<String, String> settings, String... arguments)
      throws IOException {
    var line = line(way, true);
    line.add("org.deftstream.cli.Deftstream");
    line.addAll(List.of(arguments));
    return run(line, settings);
  }

  /** To its end; bash knows what its child took. */
  private Cost run(List<String> line, Map<String, String> settings) throws IOException {
    var timed =
        new ArrayList<>(List.of("bash", "-c", "TIMEFORMAT='%U %S %R'; time \"$@\"", "bash"));
    timed.addAll(line);
    var log = directory.resolve("run.log");
    var process = start(timed, settings, log);
    Deadline.await(Platform.PATIENCE, () -> "end: " + log, () -> !process.isAlive());
    var said = Files.readAllLines(log);
    assertThat(process.exitValue()).as(String.join("\n", said)).isZero();
    var times = said.get(said.size() - 1).split(" ", -1);
    return new Cost(
        Double.parseDouble(times[0]) + Double.parseDouble(times[1]), Double.parseDouble(times[2]));
  }

  private static Process start(List<String> line, Map<String, String> settings, Path log)
      throws IOException {
    var builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
    settings.forEach((key, value) -> builder.environment().put(CliProcess.variable(key), value));
    return builder.start();
  }

  /** Until it is ready, and until the answer to a record that waited for it. */
  private Cost[] serve(Way way, Map<String, String> settings, Installation installation)
      throws Exception {
    var all = new TreeMap<>(settings);
    all.put("state.dir", Files.createTempDirectory(directory, "state").toString());
    var line = line(way, false);
    line.addAll(List.of("org.deftstream.cli.Deftstream", "serve"));
    var log = directory.resolve("serve.log");
    installation.sendGood(1);
    try (var answers = installation.answers()) {
      long begun = System.nanoTime();
      var process = start(line, all, log);
      var hook = new Thread(process::destroyForcibly);
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        Deadline.await(
            Platform.PATIENCE,
            () -> "be ready: " + log,
            () -> {
              assertThat(process.isAlive()).as(log.toString()).isTrue();
              return Files.readString(log).contains("ready: ");
            });
        var ready = new Cost(processorSeconds(process), seconds(begun));
        answers.await(installation.sent());
        return new Cost[] {ready, new Cost(processorSeconds(process), seconds(begun))};
      } finally {
        process.destroy();
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
          process.destroyForcibly();
        }
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static double processorSeconds(Process process) {
    return process.info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
  }
}
