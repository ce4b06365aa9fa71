package org.deftstream.deft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.text.JsonFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterFormTest {
  private static final int SIZE = Example.SHAPE.size();

  private final Random random = new Random(3);

  private float[] values(double scale) {
    var values = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  private BoundMeasurement measurement() {
    var operator = Example.OPERATOR.bind(Example.OPERATOR.drawAuxiliary(random));
    return BoundMeasurement.of(operator, operator.measure(values(0.3)));
  }

  private static StepRow row(float[] xt, float[] eps, double alphaBar, BoundMeasurement y) {
    return new StepRow(xt, eps, DdimStep.clean(xt, eps, alphaBar), 500, alphaBar, y);
  }

  private static LearnedHTransform transform(AdapterForm form, float mix, float scale) {
    int channels = AdapterFeatures.channels(form, Example.OPERATOR);
    var w = new float[channels];
    java.util.Arrays.fill(w, mix);
    var weights =
        new AdapterWeights(
            Map.of(
                LinearNetworks.MIX,
                new FloatTensor(new int[] {1, channels}, w),
                LinearNetworks.SCALE,
                new FloatTensor(new int[] {1}, new float[] {scale})));
    return new LearnedHTransform(
        new LinearNetworks().open(UNetConfig.parse(Example.network().put("in_channels", channels))),
        weights,
        new AdapterFeatures(form, 1, Example.OPERATOR),
        Example.SHAPE,
        BatchSizes.upTo(2));
  }

  /** With NN1 = 0 and s = 1 the standard form takes the proximal step, which is DiffPIR. */
  @ParameterizedTest
  @ValueSource(doubles = {0.999, 0.7, 0.05, 0.001})
  void shouldBeginWithTheStepOfDiffPir(double alphaBar) {
    var y = measurement();
    var row = row(values(1), values(1), alphaBar, y);

    float[] h = transform(AdapterForm.STANDARD, 0, 1).correct(List.of(row)).get(0);

    float[] expected = new DiffPir(1).correct(List.of(row)).get(0);
    assertThat(h).containsExactly(expected, within(2e-4f));
  }

  @Test
  void shouldAddTheNetworksAnswerToTheCleanImage() {
    var form =
        new AdapterForm(AdapterForm.Output.CLEAN_IMAGE, AdapterForm.Gradient.NONE, true, false);
    double alphaBar = 0.36;
    var row = row(values(0.3), values(0.1), alphaBar, measurement());

    float[] h = transform(form, 0.1f, 5).correct(List.of(row)).get(0);

    var features = new AdapterFeatures(form, 1, Example.OPERATOR);
    var input = new float[SIZE * features.channels()];
    float[] x0 = features.clipped(row.x0Hat());
    features.write(input, new float[SIZE], 0, row.xt(), x0, alphaBar, row.measurement(), null);
    var corrected = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      corrected[i] = row.eps()[i] + h[i];
    }
    float[] clean = DdimStep.clean(row.xt(), corrected, alphaBar);
    for (int i = 0; i < SIZE; i++) {
      float answer = 0;
      for (int c = 0; c < features.channels(); c++) {
        answer += 0.1f * 1.5f * input[i * features.channels() + c];
      }
      assertThat(clean[i]).isCloseTo(x0[i] + 0.8f * answer, within(1e-4f));
    }
  }

  /** What training asks for leads, through the correction, to the true noise. */
  @ParameterizedTest
  @ValueSource(strings = {"CORRECTION", "CLEAN_IMAGE", "NOISE"})
  void shouldTurnThePerfectAnswerIntoTheTrueNoise(String output) {
    var form =
        new AdapterForm(
            AdapterForm.Output.valueOf(output), AdapterForm.Gradient.PRECONDITIONED, true, false);
    var features = new AdapterFeatures(form, 1.5, Example.OPERATOR);
    double alphaBar = 0.2;
    float[] image = values(0.4);
    float[] noise = values(1);
    float[] eps = values(1);
    var xt = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      xt[i] = (float) (Math.sqrt(alphaBar) * image[i] + Math.sqrt(1 - alphaBar) * noise[i]);
    }
    float[] x0Hat = DdimStep.clean(xt, eps, alphaBar);
    float[] x0 = features.clipped(x0Hat);

    float[] answer = features.target(image, noise, eps, x0, alphaBar);
    float[] h = features.correction(answer, 0, eps, x0Hat, x0, alphaBar);

    for (int i = 0; i < SIZE; i++) {
      assertThat(eps[i] + h[i]).isCloseTo(noise[i], within(1e-4f));
    }
  }

  @Test
  void shouldTravelAsJson() {
    for (var form :
        List.of(
            AdapterForm.STANDARD,
            AdapterForm.RECURRENT,
            AdapterForm.PAPER,
            AdapterForm.AMORTISED,
            new AdapterForm(
                AdapterForm.Output.CORRECTION, AdapterForm.Gradient.NONE, true, false))) {
      assertThat(AdapterForm.parse(JsonFields.of(form.toJson(), "form"))).isEqualTo(form);
    }
  }

  /** Manifests that were written before there was such a thing do not say whether. */
  @Test
  void shouldTakeAFormThatDoesNotSayForOneThatRemembersNothing() {
    assertThat(AdapterForm.STANDARD.toJson().has("previous")).isFalse();
    assertThat(AdapterForm.STANDARD.previous()).isFalse();
  }

  @Test
  void shouldRefuseToRememberWhatIsNotAnswered() {
    var json = AdapterForm.PAPER.toJson().put("previous", true);
    assertThatThrownBy(() -> AdapterForm.parse(JsonFields.of(json, "form")))
        .hasMessage("form: previous goes with output clean-image only, got correction");
  }

  @Test
  void shouldAnswerWithTheEstimateThatTheCorrectionLeadsTo() {
    var features = new AdapterFeatures(AdapterForm.RECURRENT, 1.5, Example.OPERATOR);
    double alphaBar = 0.3;
    var row = row(values(1), values(1), alphaBar, measurement());
    float[] x0 = features.clipped(row.x0Hat());
    float[] answer = values(1);

    float[] estimate = features.estimate(answer, 0, x0, alphaBar);

    float[] h = features.correction(answer, 0, row.eps(), row.x0Hat(), x0, alphaBar);
    var corrected = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      corrected[i] = row.eps()[i] + h[i];
    }
    assertThat(estimate)
        .containsExactly(DdimStep.clean(row.xt(), corrected, alphaBar), within(1e-5f));
  }

  /** The last two channels of a row, and zeros at the first step, which has no step before. */
  @Test
  void shouldShowTheNetworkTheEstimateOfTheStepBefore() {
    var y = measurement();
    double alphaBar = 0.36;
    var first = row(values(0.3), values(0.1), alphaBar, y);
    float[] previous = values(1);
    var next =
        new StepRow(
            first.xt(),
            first.eps(),
            first.x0Hat(),
            first.t(),
            alphaBar,
            y,
            first.step(),
            null,
            previous);
    var remembering = transform(AdapterForm.RECURRENT, 0.1f, 1);

    float[] without = remembering.correct(List.of(first)).get(0);
    float[] with = remembering.correct(List.of(next)).get(0);

    assertThat(remembering.remembers()).isTrue();
    assertThat(transform(AdapterForm.STANDARD, 0.1f, 1).remembers()).isFalse();
    assertThat(transform(AdapterForm.STANDARD, 0.1f, 1).correct(List.of(next)).get(0))
        .isEqualTo(without);
    float[] estimate =
        new AdapterFeatures(AdapterForm.RECURRENT, 1, Example.OPERATOR).clipped(previous);
    float[] gradient = y.operator().likelihoodGradient(estimate, y.measurement());
    // h falls by sqrt(alphaBar) times what the answer rises by: c cancels.
    for (int i = 0; i < SIZE; i++) {
      float rise = 1.5f * 0.1f * (estimate[i] + gradient[i]);
      assertThat(with[i] - without[i]).isCloseTo(-0.6f * rise, within(1e-5f));
    }
  }

  @Test
  void shouldNameAnUnknownForm() {
    var json = AdapterForm.STANDARD.toJson().put("output", "clean");
    assertThatThrownBy(() -> AdapterForm.parse(JsonFields.of(json, "form")))
        .hasMessageContaining("form: output")
        .hasMessageContaining("clean-image");
    var missing = AdapterForm.STANDARD.toJson();
    missing.put("estimate", "yes");
    assertThatThrownBy(() -> AdapterForm.parse(JsonFields.of(missing, "form")))
        .hasMessageContaining("form: estimate must be true or false, got \"yes\"");
  }
}
