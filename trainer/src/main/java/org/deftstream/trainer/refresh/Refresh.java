package org.deftstream.trainer.refresh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.training.TrainingDivergedException;
import org.deftstream.trainer.gate.ContenderScores;
import org.deftstream.trainer.gate.PromotionGate.Judgement;
import org.deftstream.trainer.gate.ValidationRecord;
import org.deftstream.trainer.pairs.PairSnapshot;
import org.deftstream.trainer.pairs.ValidationPair;
import org.deftstream.trainer.refresh.Outcome.End;

/**
 * One refresh: note what serves, train, judge, publish. Every step leaves a file and is passed over
 * when its file is there, so a refresh that was killed is begun again with the same directory and
 * comes to the same end. A step that fails for a reason outside (a broker, a disk) throws and can
 * be tried again. Not thread-safe.
 */
public final class Refresh {
  private static final String SERVING = "serving";
  private static final String CANDIDATE = "candidate";
  private static final String SAMPLER = "sampler";

  /** Characters of an adapter id that name the task; the whole id has at most 128. */
  private static final int LONGEST_NAME = 100;

  private static final int SHA_CHARACTERS = 8;

  private final Task task;
  private final int number;
  private final RefreshFiles files;
  private final RefreshSettings settings;
  private final CandidateTrainer trainer;
  private final ContenderEvaluation evaluation;
  private final Publication publication;
  private final Clock clock;

  /** A candidate with its figures, before the gate. */
  private record Candidate(AdapterDirectory.Content adapter, ContenderScores figures) {}

  /**
   * A refresh, begun or to be begun.
   *
   * @param number counted from 1; part of the adapter's id
   * @param files its directory, which holds the frozen pairs
   */
  public Refresh(
      Task task,
      int number,
      RefreshFiles files,
      RefreshSettings settings,
      CandidateTrainer trainer,
      ContenderEvaluation evaluation,
      Publication publication,
      Clock clock) {
    this.task = task;
    this.number = number;
    this.files = files;
    this.settings = settings;
    this.trainer = trainer;
    this.evaluation = evaluation;
    this.publication = publication;
    this.clock = clock;
  }

  /**
   * Goes on to the end.
   *
   * @param reason why it was begun
   * @param listener sees the steps of the trainings
   */
  public Outcome run(String reason, RefreshListener listener) {
    if (files.result().isPresent()) {
      return outcome(files.result().get());
    }
    plan(reason);
    var serving = files.adapter(SERVING);
    if (files.judgement().isEmpty()) {
      try (var pairs = PairSnapshot.open(files.pairs(), task)) {
        var diverged = new ArrayList<String>();
        train(pairs, serving, listener, diverged);
        if (trained(serving).isEmpty()) {
          return end(new Outcome(End.DIVERGED, Optional.empty(), String.join("; ", diverged)));
        }
        var validation = pairs.validation(settings.split(), settings.validationPairs());
        judge(validation, pairs.origin(), serving);
      }
    }
    return end(publish(serving));
  }

  private void plan(String reason) {
    if (files.plan().isPresent()) {
      return;
    }
    // The adapter first: a plan that is there says that its rival is there, too.
    var serving = publication.serving(task.name());
    serving.ifPresent(adapter -> files.writeAdapter(SERVING, adapter));
    var json = json().put("task", task.name()).put("number", number).put("reason", reason);
    json.put("begun", clock.instant().toString());
    serving.ifPresent(adapter -> json.put("serving", adapter.manifest().adapterId()));
    publication.sampler(task.name()).ifPresent(sampler -> json.set(SAMPLER, sampler.toJson()));
    files.writePlan(json);
  }

  private List<String> runs(Optional<AdapterDirectory.Content> serving) {
    boolean warm = serving.filter(adapter -> trainer.unfit(adapter).isEmpty()).isPresent();
    return settings.startFrom().runs(warm);
  }

  private void train(
      PairSnapshot pairs,
      Optional<AdapterDirectory.Content> serving,
      RefreshListener listener,
      List<String> diverged) {
    for (String run : runs(serving)) {
      if (files.adapter(run + "/adapter").isEmpty()) {
        var from =
            run.equals(RefreshFiles.WARM) ? serving : Optional.<AdapterDirectory.Content>empty();
        try {
          listener.training(run);
          trainer.train(
              files.training(run),
              pairs.training(settings.split()),
              pairs.held(settings.split()),
              from,
              new LossWatch(listener));
        } catch (TrainingDivergedException e) {
          diverged.add(run + ": " + e.getMessage());
        }
      }
    }
  }

  private List<AdapterDirectory.Content> trained(Optional<AdapterDirectory.Content> serving) {
    return runs(serving).stream().flatMap(run -> files.adapter(run + "/adapter").stream()).toList();
  }

  /** The sampler of production when the refresh began, if it is not the task's own. */
  private Optional<SamplerSettings> sampler() {
    return files
        .plan()
        .map(plan -> plan.get(SAMPLER))
        .map(json -> SamplerSettings.fromJson(json, SAMPLER));
  }

  private void judge(
      List<ValidationPair> validation, String origin, Optional<AdapterDirectory.Content> serving) {
    var sampler = sampler();
    var candidate =
        trained(serving).stream()
            .map(adapter -> sample(adapter, validation, sampler))
            .reduce(Refresh::better)
            .orElseThrow();
    var rivals = new ArrayList<ContenderScores>();
    serving.ifPresent(
        adapter ->
            rivals.add(
                evaluation.adapter(adapter.manifest().adapterId(), adapter, validation, sampler)));
    rivals.addAll(evaluation.trainingFree(validation, sampler));
    Judgement judgement = settings.gate().judge(candidate.figures(), rivals);
    var record = ValidationRecord.of(judgement, settings.gate().margin());
    if (!origin.isEmpty()) {
      record.put("truths", origin);
    }
    var judged =
        candidate
            .adapter()
            .manifest()
            .judged(candidate.figures().name(), sampler.orElseGet(task::learnedSampler), record);
    files.writeAdapter(
        CANDIDATE, new AdapterDirectory.Content(judged, candidate.adapter().weightsFile()));
    var contenders = new ArrayList<>(List.of(candidate.figures()));
    contenders.addAll(rivals);
    files.writePictures(RefreshPictures.html(validation, contenders));
    files.writeJudgement(record);
  }

  private Candidate sample(
      AdapterDirectory.Content adapter,
      List<ValidationPair> validation,
      Optional<SamplerSettings> sampler) {
    String id = adapterId(adapter.manifest().weightsSha256());
    return new Candidate(adapter, evaluation.adapter(id, adapter, validation, sampler));
  }

  private static Candidate better(Candidate a, Candidate b) {
    if (a.figures().complete() != b.figures().complete()) {
      return a.figures().complete() ? a : b;
    }
    return a.figures().meanPsnr() >= b.figures().meanPsnr() ? a : b;
  }

  /** Part of the checksum keeps ids apart when the trainer's directory was lost. */
  private String adapterId(String sha256) {
    String name = Task.fileName(task.name());
    return "%s-r%04d-%s"
        .formatted(
            name.substring(0, Math.min(LONGEST_NAME, name.length())),
            number,
            sha256.substring(0, SHA_CHARACTERS));
  }

  private Outcome publish(Optional<AdapterDirectory.Content> serving) {
    var judgement = files.judgement().orElseThrow();
    var candidate = files.adapter(CANDIDATE).orElseThrow();
    String id = candidate.manifest().adapterId();
    String reason = judgement.path("reason").asText();
    if (!judgement.path("promoted").asBoolean()) {
      return new Outcome(End.REFUSED, Optional.of(id), reason);
    }
    if (publication.isKnown(task.name(), id)) {
      // Killed after the transaction: publishing again could undo what a person has done since.
      return new Outcome(End.PUBLISHED, Optional.of(id), reason);
    }
    try {
      String how =
          publication.publish(
              candidate, serving.map(adapter -> adapter.manifest().adapterId()), sampler());
      return new Outcome(End.PUBLISHED, Optional.of(id), reason + "; " + how);
    } catch (PublicationRefusedException e) {
      return new Outcome(End.REFUSED, Optional.of(id), e.getMessage());
    }
  }

  private Outcome end(Outcome outcome) {
    var json = json().put("end", outcome.end().name()).put("reason", outcome.reason());
    outcome.adapterId().ifPresent(id -> json.put("adapter", id));
    files.writeResult(json.put("ended", clock.instant().toString()));
    RefreshPage.write(files);
    files.tidy();
    return outcome;
  }

  private static Outcome outcome(JsonNode json) {
    return new Outcome(
        End.valueOf(json.path("end").asText()),
        Optional.ofNullable(json.path("adapter").textValue()),
        json.path("reason").asText());
  }

  private static ObjectNode json() {
    return JsonNodeFactory.instance.objectNode();
  }
}
