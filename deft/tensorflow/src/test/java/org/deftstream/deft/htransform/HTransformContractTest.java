package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.sampler.StepWeights;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds for every h-transform there is, with every operator that it goes with. A method that
 * {@link HTransforms#methods} gains is tested here without being written down, unless it has a
 * parameter that must be given. {@code MethodContractTest} asks the same of what is not a choice of
 * h.
 */
class HTransformContractTest {
  private static final List<String> KINDS =
      List.of("inpainting", "ct", "super-resolution", "hdr", "nonlinear-blur", "phase-retrieval");
  private static final int[] TIMESTEPS = {999, 0, 500, 20, 0, 999, 321};

  private final GaussianPrior prior = SmallProblems.prior();

  @AfterAll
  static void closeNetworks() {
    SmallMethods.closeNetworks();
  }

  static Stream<Arguments> problems() {
    return KINDS.stream()
        .flatMap(
            kind ->
                SmallMethods.names().stream()
                    .filter(method -> SmallMethods.goesWith(method, SmallProblems.operator(kind)))
                    .map(method -> arguments(kind, method)));
  }

  static List<String> methods() {
    return SmallMethods.names();
  }

  @ParameterizedTest
  @MethodSource("problems")
  void shouldAnswerEveryRowWithAFiniteImage(String kind, String method) {
    var rows = rows(kind, method, 1);

    var answers = create(kind, method).correct(rows);

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
  @MethodSource("problems")
  void shouldAnswerTheSameRowsWithTheSameBits(String kind, String method) {
    var transform = create(kind, method);

    var first = transform.correct(rows(kind, method, 1));
    var again = transform.correct(rows(kind, method, 1));
    var byAnother = create(kind, method).correct(rows(kind, method, 1));
    var ofOthers = transform.correct(rows(kind, method, 2));

    for (int i = 0; i < first.size(); i++) {
      assertThat(again.get(i)).isEqualTo(first.get(i));
      assertThat(byAnother.get(i)).isEqualTo(first.get(i));
    }
    assertThat(ofOthers.get(2)).isNotEqualTo(first.get(2));
  }

  @ParameterizedTest
  @MethodSource("problems")
  void shouldAnswerARowAloneAsAmongOthers(String kind, String method) {
    var transform = create(kind, method);
    var rows = rows(kind, method, 1);

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
  @MethodSource("problems")
  void shouldLeaveWhatItWasLentAsItWas(String kind, String method) {
    var rows = rows(kind, method, 1);
    var untouched = rows(kind, method, 1);

    create(kind, method).correct(rows);

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
    var transform = create("inpainting", method);
    var row = rows("inpainting", method, 1).get(2);
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
            row.fresh(),
            row.previous());

    assertThat(transform.correct(List.of(other)).get(0))
        .isEqualTo(transform.correct(List.of(row)).get(0));
  }

  /** What {@link SmallMethods#goesWith} leaves out is refused, and says why. */
  @ParameterizedTest
  @ValueSource(strings = {"ct", "hdr", "nonlinear-blur", "phase-retrieval"})
  void shouldSayWhatAnOperatorLacks(String kind) {
    var operator = SmallProblems.operator(kind);
    assertThat(SmallMethods.goesWith(Ddrm.METHOD, operator)).isFalse();
    String lack =
        "ddrm needs the singular value decomposition of the operator; "
            + operator.kind()
            + " has none that is cheap";

    assertThatThrownBy(() -> HTransforms.check(Ddrm.METHOD, operator)).hasMessage(lack);
    var rows = rows(kind, Ddrm.METHOD, 1);
    assertThatThrownBy(() -> create(kind, Ddrm.METHOD).correct(rows)).hasMessageContaining(lack);
  }

  /**
   * Rows from all over the timesteps: every second one is stepped to the clean image. Each has its
   * own measurement, and its own mask where there are masks and the method is not bound to one.
   */
  private List<StepRow> rows(String kind, String method, long seed) {
    var random = new Random(seed);
    var settings = new SamplerSettings(20, TimeGrid.UNIFORM, NoiseRule.ETA, 0.5, 1);
    var rows = new ArrayList<StepRow>();
    for (int i = 0; i < TIMESTEPS.length; i++) {
      int t = TIMESTEPS[i];
      int target = i % 2 == 1 ? -1 : t - 1;
      var step =
          StepWeights.of(settings, prior.schedule().alphaBar(t), prior.schedule().alphaBar(target));
      var operator = SmallProblems.operator(kind);
      if (i % 2 == 1 && !method.equals(SmallMethods.EXACT)) {
        operator = operator.bind(operator.drawAuxiliary(new Random(i)));
      }
      var measurement = SmallProblems.measurement(prior, operator, 7 + i);
      rows.add(SmallProblems.row(prior, measurement, t, step, random));
    }
    return rows;
  }

  private HTransform create(String kind, String method) {
    return SmallMethods.create(method, SmallProblems.operator(kind), prior);
  }
}
