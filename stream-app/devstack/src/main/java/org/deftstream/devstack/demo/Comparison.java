package org.deftstream.devstack.demo;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.deftstream.deft.evaluation.MeasurementPicture;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.metrics.Bootstrap;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.metrics.Ssim;
import org.deftstream.devstack.demo.DemoResult.Gain;
import org.deftstream.devstack.demo.DemoResult.MethodFigures;
import org.deftstream.devstack.demo.DemoResult.MethodKind;
import org.deftstream.devstack.demo.DemoResult.TaskFigures;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Reconstruction;

/**
 * Compares the methods of one task on the subjects that every method answered: the same picture,
 * the same noise. Where a method answered a subject more than once, its first answer counts.
 */
final class Comparison {
  private static final long BOOTSTRAP_SEED = 1;

  private final Scenario scenario;
  private final List<Tally.Answered> free = new ArrayList<>();
  private final List<Tally.Answered> learned = new ArrayList<>();
  private final List<Triple> triples = new ArrayList<>();

  /** A subject with its answers and their quality. */
  private record Triple(Subject subject, Score plain, Score free, Score learned) {}

  /** An image with its quality. */
  private record Score(float[] image, float[] standardDeviation, double psnr, double ssim) {
    static Score of(Subject subject, float[] image, float[] standardDeviation) {
      var truth = subject.truth().values();
      return new Score(
          image,
          standardDeviation,
          Psnr.of(image, truth),
          Ssim.of(image, truth, subject.operator().imageShape()));
    }

    static Score of(Tally.Answered answered) {
      var reconstruction = answered.reconstruction();
      return of(
          answered.sent().item().subject(),
          Tensors.toFloats("mean", reconstruction.getMean()),
          ofSamples(reconstruction));
    }

    /** The deviation of the samples as they were drawn; null for a single one. */
    private static float[] ofSamples(Reconstruction reconstruction) {
      if (reconstruction.getStandardDeviation() == null) {
        return null;
      }
      float[] deviation =
          Tensors.toFloats("standardDeviation", reconstruction.getStandardDeviation());
      Double factor = reconstruction.getDeviationFactor();
      for (int i = 0; factor != null && i < deviation.length; i++) {
        deviation[i] /= factor.floatValue();
      }
      return deviation;
    }
  }

  /**
   * Scores the answers.
   *
   * @param answers of any task, in the order of arrival; those of other tasks are left out
   */
  Comparison(Scenario scenario, List<Tally.Answered> answers) {
    this.scenario = scenario;
    Map<Subject, Tally.Answered> firstFree = new LinkedHashMap<>();
    Map<Subject, Tally.Answered> firstLearned = new LinkedHashMap<>();
    for (var answer : answers) {
      var subject = answer.sent().item().subject();
      if (subject == null || subject.scenario() != scenario) {
        continue;
      }
      (answer.learned() ? learned : free).add(answer);
      (answer.learned() ? firstLearned : firstFree).putIfAbsent(subject, answer);
    }
    firstFree.forEach(
        (subject, answer) -> {
          var other = firstLearned.get(subject);
          if (other != null) {
            var plain = subject.operator().pseudoInverse(subject.measurement());
            triples.add(
                new Triple(
                    subject, Score.of(subject, plain, null), Score.of(answer), Score.of(other)));
          }
        });
    triples.sort(Comparator.comparing(triple -> triple.subject().name()));
  }

  /** The figures of the task; null if no subject was answered by both methods. */
  TaskFigures figures() {
    if (triples.isEmpty()) {
      return null;
    }
    var methods =
        List.of(
            method("pseudo-inverse", MethodKind.PSEUDO_INVERSE, List.of(), Triple::plain),
            method(name(free), MethodKind.TRAINING_FREE, free, Triple::free),
            method(name(learned), MethodKind.ADAPTER, learned, Triple::learned));
    return new TaskFigures(
        scenario.task().name(),
        scenario.title(),
        triples.size(),
        methods,
        List.of(
            gain("pseudo-inverse", MethodKind.PSEUDO_INVERSE, Triple::plain),
            gain(name(free), MethodKind.TRAINING_FREE, Triple::free)));
  }

  /** Pictures for the page, spread evenly over the subjects. */
  Gallery gallery(int rows) {
    var chosen = new ArrayList<Gallery.Row>();
    int count = Math.min(rows, triples.size());
    for (int i = 0; i < count; i++) {
      chosen.add(row(triples.get((int) ((i + 0.5) * triples.size() / count))));
    }
    return new Gallery(scenario.task().name(), scenario.measurementTitle(), chosen);
  }

  private Gallery.Row row(Triple triple) {
    var subject = triple.subject();
    var deviation = triple.learned().standardDeviation();
    return new Gallery.Row(
        scenario.noun() + " " + subject.name(),
        subject.truth(),
        MeasurementPicture.of(
            subject.operator(), subject.measurement(), subject.auxiliary(), scenario.background()),
        like(subject, triple.plain().image()),
        like(subject, triple.free().image()),
        like(subject, triple.learned().image()),
        like(subject, deviation == null ? new float[triple.learned().image().length] : deviation),
        new double[] {triple.plain().psnr(), triple.free().psnr(), triple.learned().psnr()});
  }

  private static GreyImage like(Subject subject, float[] values) {
    return new GreyImage(subject.truth().width(), subject.truth().height(), values);
  }

  private interface Side extends Function<Triple, Score> {}

  private MethodFigures method(
      String name, MethodKind kind, List<Tally.Answered> answers, Side side) {
    int samples = answers.isEmpty() ? 0 : answers.get(0).reconstruction().getSamples();
    return new MethodFigures(
        name,
        kind,
        label(name, kind),
        samples,
        interval(triple -> side.apply(triple).psnr()),
        interval(triple -> side.apply(triple).ssim()),
        samples > 1 ? singleSamplePsnr(side, samples) : null,
        answers.size(),
        answers.size() < 2 ? null : perSecond(answers),
        answers.isEmpty() ? null : percentiles(answers, Tally.Answered::latencyMillis),
        answers.isEmpty()
            ? null
            : percentiles(answers, a -> a.reconstruction().getProvenance().getComputeMillis()));
  }

  /**
   * PSNR of the mean squared error of one sample: {@code |x_k - truth|^2 = |mean - truth|^2 + |x_k
   * - mean|^2} on the average over the K samples, and the latter is {@code (K - 1) / K} times the
   * square of the samples' standard deviation.
   */
  private Double singleSamplePsnr(Side side, int samples) {
    double sum = 0;
    for (var triple : triples) {
      var score = side.apply(triple);
      if (score.standardDeviation() == null) {
        return null;
      }
      double spread = 0;
      for (float s : score.standardDeviation()) {
        spread += (double) s * s;
      }
      double ofMean = 4 * Math.pow(10, -score.psnr() / 10);
      double ofSample =
          ofMean + spread * (samples - 1) / samples / score.standardDeviation().length;
      sum += 10 * Math.log10(4 / ofSample);
    }
    return sum / triples.size();
  }

  private Bootstrap.Interval interval(ToDoubleFunction<Triple> value) {
    return Bootstrap.mean(triples.stream().mapToDouble(value).toArray(), BOOTSTRAP_SEED);
  }

  private Gain gain(String over, MethodKind kind, Side side) {
    return new Gain(
        over,
        kind,
        interval(triple -> triple.learned().psnr() - side.apply(triple).psnr()),
        interval(triple -> triple.learned().ssim() - side.apply(triple).ssim()));
  }

  private String label(String name, MethodKind kind) {
    return switch (kind) {
      case PSEUDO_INVERSE -> scenario.pseudoInverseLabel();
      case TRAINING_FREE ->
          switch (name) {
                case "diffpir" -> "DiffPIR";
                case "ddnm" -> "DDNM";
                default -> name;
              }
              + ", training-free";
      case ADAPTER -> "learned adapter";
    };
  }

  private static String name(List<Tally.Answered> answers) {
    return answers.get(0).reconstruction().getProvenance().getMethod();
  }

  private static Percentiles percentiles(
      List<Tally.Answered> answers, ToDoubleFunction<Tally.Answered> value) {
    return Percentiles.of(answers.stream().mapToDouble(value).toArray());
  }

  private static double perSecond(List<Tally.Answered> answers) {
    var from = answers.get(0).at();
    var to = answers.get(answers.size() - 1).at();
    return 1_000.0 * (answers.size() - 1) / Math.max(1, from.until(to, ChronoUnit.MILLIS));
  }
}
