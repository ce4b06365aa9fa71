package org.deftstream.devstack.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deftstream.cli.ReceivedAnswer;
import org.deftstream.cli.ResultFiles;
import org.deftstream.cli.ShutdownOwner;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.Nearest;
import org.deftstream.deft.text.ProgressLine;
import org.deftstream.devstack.instruments.Catalogue;
import org.deftstream.devstack.instruments.DataFolder;
import org.deftstream.devstack.instruments.DataSet;
import org.deftstream.devstack.instruments.Estimate;
import org.deftstream.devstack.instruments.Instrument;
import org.deftstream.devstack.instruments.Instruments;
import org.deftstream.devstack.instruments.Scan;
import org.deftstream.trainer.models.ModelFiles;

/**
 * One run on what real instruments measured: checks the files, makes records of them, sends these
 * through broker and service, writes the answers as files, and holds them against the
 * reconstructions that the instruments' communities know. What is not there is passed over.
 * Everything it starts is stopped at its end, also on Ctrl-C.
 */
final class InstrumentRun {
  private static final Duration DRAIN = Duration.ofSeconds(30);
  private static final String ANSWERS = "answers";

  private final InstrumentSettings settings;
  private final Consumer<String> say;
  private final List<String> passedOver = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final long begin = System.nanoTime();

  /** A data set whose files are there. */
  private record Ready(DataSet data, Instrument instrument, Map<String, Path> files) {}

  /** A data set with what was made of it. */
  private record Prepared(DataSet data, List<Scan> scans) {}

  /**
   * Prepares a run.
   *
   * @param say tells a person what is done now
   */
  InstrumentRun(InstrumentSettings settings, Consumer<String> say) {
    this.settings = settings;
    this.say = say;
  }

  /**
   * Runs.
   *
   * @return what was found; with problems, if a file was refused or an answer did not come
   * @throws UserError if there is nothing to do, or the run cannot be made
   */
  InstrumentResult run() {
    var wanted = wanted();
    DataFolder.require(settings.data());
    RunDirectory.requireWritable(settings.out());
    try (var owner = new ShutdownOwner()) {
      var ready =
          ready(
              wanted,
              new DataFolder(
                  settings.data(), RunDirectory.temporary(owner, settings.out(), "files")));
      var tasks = new LinkedHashMap<String, Task>();
      var prepared = new ArrayList<Prepared>();
      for (var each : ready) {
        prepare(each, tasks, prepared);
      }
      if (prepared.isEmpty()) {
        throw new UserError(
            "nothing to reconstruct: "
                + String.join("; ", problems.isEmpty() ? passedOver : problems));
      }
      return streamed(owner, prepared, tasks);
    }
  }

  private List<DataSet> wanted() {
    var all = Catalogue.read();
    var names = all.stream().map(DataSet::name).toList();
    for (var name : settings.only()) {
      if (!names.contains(name)) {
        throw new UserError("--only: no instrument '" + name + "'" + Nearest.hint(name, names));
      }
    }
    return all.stream()
        .filter(set -> settings.only().isEmpty() || settings.only().contains(set.name()))
        .toList();
  }

  private List<Ready> ready(List<DataSet> wanted, DataFolder folder) {
    var ready = new ArrayList<Ready>();
    for (var set : wanted) {
      var found = folder.find(set);
      if (found instanceof DataFolder.Found files) {
        ready.add(new Ready(set, instrument(set), files.files()));
      } else if (found instanceof DataFolder.Missing missing) {
        passOver(missing.line());
      } else if (found instanceof DataFolder.Refused refused) {
        problem(refused.line());
      }
    }
    if (ready.isEmpty() && problems.isEmpty()) {
      throw new UserError(
          "--instruments: none of the files of "
              + String.join(", ", wanted.stream().map(DataSet::name).toList())
              + " is complete in "
              + settings.data()
              + "; docs/instruments.md says where they are to be had");
    }
    return ready;
  }

  private static Instrument instrument(DataSet set) {
    return Instruments.all().stream()
        .filter(each -> each.name().equals(set.name()))
        .findFirst()
        .orElseThrow();
  }

  private void passOver(String line) {
    passedOver.add(line);
    say.accept("passed over: " + line);
  }

  private void problem(String line) {
    problems.add(line);
    say.accept("refused: " + line);
  }

  /** Adds what can be reconstructed with the models that are there. */
  private void prepare(Ready ready, Map<String, Task> tasks, List<Prepared> prepared) {
    var models = new ModelFiles(settings.models());
    var found = new LinkedHashMap<String, Task>();
    for (var name : ready.instrument().tasks()) {
      try {
        found.put(name, models.task(name));
      } catch (UserError e) {
        passOver(ready.data().name() + ": " + e.getMessage());
      }
    }
    if (found.isEmpty()) {
      return;
    }
    say.accept("reading " + ready.data().name());
    try {
      var scans = ready.instrument().scans(ready.files(), found);
      tasks.putAll(found);
      ready.instrument().further(found).forEach(task -> tasks.put(task.name(), task));
      prepared.add(new Prepared(ready.data(), scans));
    } catch (UserError | IllegalArgumentException e) {
      problem(ready.data().name() + ": " + e.getMessage());
    }
  }

  private InstrumentResult streamed(
      ShutdownOwner owner, List<Prepared> prepared, Map<String, Task> tasks) {
    var stage = new DemoStage(owner, settings.models());
    say.accept("opening the priors in " + settings.models());
    stage.openModels(tasks.values());
    var data = RunDirectory.data(owner, settings.out(), settings.directory());
    say.accept("starting a Kafka broker and a schema registry, data in " + data);
    stage.startStack(data);
    say.accept("starting the service");
    stage.startService();
    var answered = new LinkedHashMap<Scan, InstrumentStream.Answered>();
    int all = prepared.stream().mapToInt(each -> each.scans().size()).sum();
    try (var inbox = stage.openInbox();
        var progress = ProgressLine.onStandardError("demo")) {
      var now = new String[] {""};
      Runnable show = () -> progress.show((double) answered.size() / all, now[0]);
      var stream =
          new InstrumentStream(
              stage.openSender(), inbox, stage::requireAlive, show, settings.deadline());
      var adapters = stage.adapterIds();
      if (!adapters.isEmpty()) {
        say.accept("swapping in the adapters of " + String.join(", ", adapters.keySet()));
        stream.swap(new SwapWatch(adapters), stage::publishAdapters);
      }
      for (var each : prepared) {
        for (var scan : each.scans()) {
          now[0] = scan.record().source().file();
          show.run();
          stream.answer(scan).ifPresent(answer -> answered.put(scan, answer));
        }
      }
      progress.show(1, answered.size() + " of " + all + " answered");
      stage.stopService();
      stream.drain(DRAIN);
      problems.addAll(stream.problems());
    }
    return judged(prepared, answered);
  }

  private InstrumentResult judged(
      List<Prepared> prepared, Map<Scan, InstrumentStream.Answered> answered) {
    forgetEarlierAnswers();
    var page = new InstrumentPage();
    var instruments = new ArrayList<InstrumentResult.Instrument>();
    String device = "";
    for (var each : prepared) {
      var scans = new ArrayList<InstrumentResult.Scan>();
      for (var scan : each.scans()) {
        var answer = answered.get(scan);
        if (answer != null) {
          say.accept("judging " + scan.record().source().file());
          var estimates = new ArrayList<>(scan.baselines());
          estimates.add(scan.posterior(answer.answer()));
          var judged = judged(scan, estimates, answer);
          scans.add(judged);
          page.add(each.data(), judged, scan, estimates, answer.answer());
          device = answer.reconstruction().getProvenance().getDevice();
        }
      }
      if (!scans.isEmpty()) {
        instruments.add(new InstrumentResult.Instrument(each.data(), scans));
      }
    }
    var file = settings.out().resolve("index.html");
    var result =
        new InstrumentResult(
            problems.isEmpty() ? "ok" : "failed",
            List.copyOf(problems),
            List.copyOf(passedOver),
            instruments,
            (System.nanoTime() - begin) / 1e6,
            DemoResult.Machine.here(device),
            file.toString());
    try {
      Files.writeString(file, page.html(result));
      Files.writeString(settings.out().resolve("report.json"), DemoJson.text(result));
    } catch (IOException e) {
      throw new UserError(
          "cannot write the page to " + settings.out() + ": " + FileProblem.of(e), e);
    }
    return result;
  }

  /** Those of an earlier run are written over, not kept under other names. */
  private void forgetEarlierAnswers() {
    try {
      Files.deleteIfExists(settings.out().resolve(ANSWERS).resolve(ResultFiles.NOTED));
    } catch (IOException e) {
      throw new UserError("cannot write to " + settings.out() + ": " + FileProblem.reason(e), e);
    }
  }

  private InstrumentResult.Scan judged(
      Scan scan, List<Estimate> estimates, InstrumentStream.Answered answer) {
    var reconstruction = answer.reconstruction();
    var provenance = reconstruction.getProvenance();
    var files =
        new ResultFiles(
            settings.out().resolve(ANSWERS), null, reconstruction.getTask(), Long.MAX_VALUE);
    files.add(ReceivedAnswer.result(reconstruction));
    return new InstrumentResult.Scan(
        scan.title(),
        scan.known(),
        ANSWERS + "/" + scan.record().source().file(),
        reconstruction.getTask(),
        provenance.getMethod(),
        provenance.getSampler(),
        reconstruction.getSamples(),
        answer.latencyMillis(),
        provenance.getComputeMillis(),
        estimates.stream()
            .map(each -> new InstrumentResult.Judged(each.method(), scan.figures(each)))
            .toList());
  }
}
