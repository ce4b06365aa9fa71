package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.sampler.StepWeights;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds for every h-transform there is. A method that {@link HTransforms#methods} gains is
 * tested here without being written down, unless it has a parameter that must be given.
 */
class HTransformContractTest {
  private static final Map<String, Map<String, Double>> REQUIRED =
      Map.of("diffpir", Map.of("lambda", 4.0), "dps", Map.of("zeta", 0.5));
  private static final Map<String, AdapterForm> ADAPTERS =
      Map.of(
          "deft, the paper's", AdapterForm.PAPER,
          "deft, the standard", AdapterForm.STANDARD,
          "amortised", AdapterForm.AMORTISED);
  private static final int[] TIMESTEPS = {999, 0, 500, 20, 0, 999, 321};

  private final GaussianPrior prior = SmallProblems.prior();

  static List<String> methods() {
    var all = new ArrayList<>(new TreeSet<>(HTransforms.methods()));
    all.add("exact");
    all.addAll(new TreeSet<>(ADAPTERS.keySet()));
    return all;
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldAnswerEveryRowWithAFiniteImage(String method) {
    var rows = rows(1);

    var answers = create(method).correct(rows);

    assertThat(answers).hasSameSizeAs(rows);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(answers.get(i)).as("t = %s", rows.get(i).t()).hasSize(SmallProblems.SHAPE.size());
      for (float value : answers.get(i)) {
        assertThat(value).as("t = %s", rows.get(i).t()).isFinite();
      }
    }
    assertThat(answers.get(2)).as("a correction").isNotEqualTo(new float[answers.get(2).length]);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldAnswerTheSameRowsWithTheSameBits(String method) {
    var transform = create(method);

    var first = transform.correct(rows(1));
    var again = transform.correct(rows(1));
    var byAnother = create(method).correct(rows(1));
    var ofOthers = transform.correct(rows(2));

    for (int i = 0; i < first.size(); i++) {
      assertThat(again.get(i)).isEqualTo(first.get(i));
      assertThat(byAnother.get(i)).isEqualTo(first.get(i));
    }
    assertThat(ofOthers.get(2)).isNotEqualTo(first.get(2));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldAnswerARowAloneAsAmongOthers(String method) {
    var transform = create(method);
    var rows = rows(1);

    var together = transform.correct(rows);

    for (int i = 0; i < rows.size(); i++) {
      float[] alone = transform.correct(List.of(rows.get(i))).get(0);
      float largest = 0;
      for (float value : alone) {
        largest = Math.max(largest, Math.abs(value));
      }
      assertThat(together.get(i)).containsExactly(alone, within(1e-6f + 1e-5f * largest));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldLeaveWhatItWasLentAsItWas(String method) {
    var rows = rows(1);
    var untouched = rows(1);

    create(method).correct(rows);

    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).xt()).isEqualTo(untouched.get(i).xt());
      assertThat(rows.get(i).eps()).isEqualTo(untouched.get(i).eps());
      assertThat(rows.get(i).x0Hat()).isEqualTo(untouched.get(i).x0Hat());
      assertThat(rows.get(i).fresh()).isEqualTo(untouched.get(i).fresh());
      assertThat(rows.get(i).measurement().measurement())
          .isEqualTo(untouched.get(i).measurement().measurement());
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldIgnoreWhatStandsWhereNothingWasMeasured(String method) {
    var transform = create(method);
    var row = rows(1).get(2);
    var y = row.measurement().measurement().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] = SmallProblems.MASK[i] == 0 ? 77 : y[i];
    }
    var other =
        new StepRow(
            row.xt(),
            row.eps(),
            row.x0Hat(),
            row.t(),
            row.alphaBar(),
            BoundMeasurement.of(row.measurement().operator(), y),
            row.step(),
            row.fresh());

    assertThat(transform.correct(List.of(other)).get(0))
        .isEqualTo(transform.correct(List.of(row)).get(0));
  }

  /** Rows from all over the timesteps: every second one is stepped to the clean image. */
  private List<StepRow> rows(long seed) {
    var random = new Random(seed);
    var settings = new SamplerSettings(20, TimeGrid.UNIFORM, NoiseRule.ETA, 0.5, 1);
    var measurement = SmallProblems.measurement("inpainting");
    var rows = new ArrayList<StepRow>();
    for (int i = 0; i < TIMESTEPS.length; i++) {
      int t = TIMESTEPS[i];
      int target = i % 2 == 1 ? -1 : t - 1;
      var step =
          StepWeights.of(settings, prior.schedule().alphaBar(t), prior.schedule().alphaBar(target));
      rows.add(SmallProblems.row(prior, measurement, t, step, random));
    }
    return rows;
  }

  private HTransform create(String method) {
    var operator = SmallProblems.operator("inpainting");
    return switch (method) {
      case "exact" -> new ExactHTransform(prior, Dense.matrix(operator), operator.noiseSigma());
      case "deft, the paper's", "deft, the standard", "amortised" ->
          new LearnedHTransform(
              new Mixing(),
              new AdapterWeights(Map.of()),
              new AdapterFeatures(ADAPTERS.get(method), 1.5, operator),
              SmallProblems.SHAPE,
              BatchSizes.upTo(4));
      default -> HTransforms.create(method, REQUIRED.getOrDefault(method, Map.of()), prior);
    };
  }

  /** A network that mixes the features of each pixel. */
  private static final class Mixing implements AdapterNetwork {
    @Override
    public float[] predict(AdapterWeights weights, float[] features, float[] gradient, int[] t) {
      int count = features.length / gradient.length;
      var h = new float[gradient.length];
      for (int i = 0; i < h.length; i++) {
        h[i] = (1 + t[i / SmallProblems.SHAPE.size()] / 1000f) * gradient[i];
        for (int k = 0; k < count; k++) {
          h[i] += 0.1f * k * features[i * count + k];
        }
      }
      return h;
    }

    @Override
    public void close() {}
  }
}
