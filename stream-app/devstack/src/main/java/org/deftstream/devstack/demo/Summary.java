package org.deftstream.devstack.demo;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.devstack.demo.DemoResult.MethodKind;
import org.deftstream.devstack.demo.DemoResult.StreamPoint;
import org.deftstream.schemas.Tensors;

/** Turns a conversation with the service into the result and the pictures. */
final class Summary {
  private static final int CT_ROWS = 6;
  private static final int OTHER_ROWS = 4;

  /** Digits of a fingerprint that a person compares. */
  private static final int SHOWN = 16;

  private final DemoStream stream;
  private final List<Comparison> comparisons;
  private final List<Tally.Answered> answers;

  /** Of a stream that has ended. */
  Summary(DemoStream stream, List<Scenario> scenarios) {
    this.stream = stream;
    answers = stream.tally().answered();
    comparisons = scenarios.stream().map(scenario -> new Comparison(scenario, answers)).toList();
  }

  /** The pictures of each task. */
  List<Gallery> galleries() {
    var galleries = new ArrayList<Gallery>();
    for (var comparison : comparisons) {
      galleries.add(comparison.gallery(galleries.isEmpty() ? CT_ROWS : OTHER_ROWS));
    }
    return galleries;
  }

  /** Everything else. */
  DemoResult result(
      DemoSettings settings, DemoResult.Timing timing, DemoResult.Training training, String page) {
    var problems = stream.problems();
    return new DemoResult(
        problems.isEmpty() ? "ok" : "failed",
        problems,
        stream.tally().records(),
        stream.swap(),
        training,
        comparisons.stream().map(Comparison::figures).filter(Objects::nonNull).toList(),
        stream.tally().hostile(),
        provenance(),
        timing,
        settings.json(),
        machine(),
        points(),
        page);
  }

  private List<StreamPoint> points() {
    var points = new ArrayList<StreamPoint>();
    for (var answer : answers) {
      var subject = answer.sent().item().subject();
      if (subject == null) {
        continue;
      }
      var mean = Tensors.toFloats("mean", answer.reconstruction().getMean());
      points.add(
          new StreamPoint(
              answer.sent().item().key(),
              subject.scenario().task().name(),
              answer.learned() ? MethodKind.ADAPTER : MethodKind.TRAINING_FREE,
              answer.reconstruction().getProvenance().getAdapterId(),
              stream.start().until(answer.at(), ChronoUnit.MICROS) / 1e3,
              answer.latencyMillis(),
              Psnr.of(mean, subject.truth().values())));
    }
    return points;
  }

  /** Of the first answer of a learned adapter, or of any answer, in the order a person reads it. */
  private Map<String, Object> provenance() {
    var shown = new LinkedHashMap<String, Object>();
    var answer =
        answers.stream()
            .filter(Tally.Answered::learned)
            .findFirst()
            .or(() -> answers.stream().findFirst());
    if (answer.isEmpty()) {
      return shown;
    }
    var reconstruction = answer.get().reconstruction();
    var source = reconstruction.getProvenance();
    shown.put("measurement", reconstruction.getMeasurementId());
    shown.put("task", reconstruction.getTask());
    shown.put(
        "source",
        source.getSourceTopic()
            + ", partition "
            + source.getSourcePartition()
            + ", offset "
            + source.getSourceOffset());
    shown.put("method", source.getMethod());
    shown.put("adapter", source.getAdapterId() == null ? "none" : source.getAdapterId());
    shown.put("prior", source.getPrior() + ", " + abbreviated(source.getPriorFingerprint()));
    shown.put("operator", abbreviated(source.getOperatorFingerprint()));
    shown.put("sampler", source.getSampler());
    shown.put("seed", source.getSeed());
    shown.put(
        "residual", Html.number(source.getResidual(), 2) + " times the noise of the instrument");
    shown.put("queue", Html.duration(source.getQueueMillis()));
    shown.put("compute", Html.duration(source.getComputeMillis()));
    shown.put("batch", source.getBatchSize());
    shown.put("device", source.getDevice());
    shown.put("instance", source.getInstance());
    return shown;
  }

  private static String abbreviated(String fingerprint) {
    return fingerprint.length() <= SHOWN ? fingerprint : fingerprint.substring(0, SHOWN) + "…";
  }

  private DemoResult.Machine machine() {
    String device =
        answers.isEmpty() ? "" : answers.get(0).reconstruction().getProvenance().getDevice();
    return DemoResult.Machine.here(device);
  }
}
