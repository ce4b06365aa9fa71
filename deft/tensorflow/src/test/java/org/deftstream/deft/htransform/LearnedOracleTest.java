package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.deftstream.deft.Dense.doubles;
import static org.deftstream.deft.Dense.norm;
import static org.deftstream.deft.Dense.plus;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.Init;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.Solver;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.sampler.StepWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The learned method against the truth. Adapters are trained as in production, for a Gaussian prior
 * and masks that change with every image; {@code h* = E[eps | x_t, y] - eps_theta} and the
 * posterior have closed forms.
 */
class LearnedOracleTest {
  private static final int PAIRS = 64;
  private static final double SIGMA = 0.1;

  /** So many samples tell a mean to 3 % of a deviation, and a covariance to a tenth. */
  private static final SamplerSettings SAMPLER =
      new SamplerSettings(
          20, TimeGrid.LOG_SNR, NoiseRule.ETA, 1, 1200, Solver.DPMPP_2M, Init.NOISE, 1);

  private final GaussianPrior prior = SmallProblems.prior();
  private final ForwardOperator masks =
      SmallProblems.create(
          "{'kind':'inpainting','mask':{'type':'random','leastHidden':0.3,'mostHidden':0.6},"
              + "'noise':{'type':'gaussian','sigma':0.1}}");

  @TempDir private Path directory;

  /** A row of the sampler and the h that is right for it. */
  private record Answer(StepRow row, double[] h) {}

  @Test
  void shouldLearnTheHTransformAndSampleThePosterior() {
    try (var adapter = train(AdapterForm.STANDARD, 600)) {
      for (int t : new int[] {30, 100, 300, 500, 700, 900}) {
        // It starts at DiffPIR's step, which knows nothing of correlations. With the sign of s(t) g
        // turned round it would start at an error above 1.
        double untrained = error(adapter.untrained(), t);
        assertThat(untrained).as("untrained, t = %s", t).isBetween(0.4, 0.8);
        assertThat(error(adapter.learned(), t))
            .as("t = %s", t)
            .isLessThan(0.25)
            .isLessThan(untrained / 2);
      }
      assertSamplesFollowThePosterior(adapter.learned());
      assertThatThrownBy(() -> assertSamplesFollowThePosterior(adapter.untrained()))
          .isInstanceOf(AssertionError.class);
    }
  }

  /** Self-conditioning changes how h is found, not which h is right. */
  @Test
  void shouldSampleThePosteriorThoughItRemembersItsEstimates() {
    try (var adapter = train(AdapterForm.RECURRENT, 600)) {
      for (int t : new int[] {30, 300, 900}) {
        assertThat(error(adapter.learned(), t)).as("t = %s", t).isLessThan(0.25);
      }
      assertSamplesFollowThePosterior(adapter.learned());
    }
  }

  @Test
  void shouldLearnTheHTransformInThePapersForm() {
    try (var adapter = train(AdapterForm.PAPER, 500)) {
      // Above, h vanishes with the signal, and this form's loss does not see it.
      for (int t : new int[] {30, 100, 300, 500}) {
        assertThat(error(adapter.untrained(), t)).as("untrained, t = %s", t).isBetween(0.9, 1.1);
        assertThat(error(adapter.learned(), t)).as("t = %s", t).isLessThan(0.5);
      }
    }
  }

  /** Where the measurement comes in through the conditioning channels only. */
  @Test
  void shouldLearnTheHTransformWithoutALikelihoodGradient() {
    var form =
        new AdapterForm(AdapterForm.Output.CLEAN_IMAGE, AdapterForm.Gradient.NONE, true, false);
    try (var adapter = train(form, 500)) {
      for (int t : new int[] {100, 300, 500, 700, 900}) {
        assertThat(error(adapter.untrained(), t)).as("untrained, t = %s", t).isBetween(0.9, 1.1);
        assertThat(error(adapter.learned(), t)).as("t = %s", t).isLessThan(0.5);
      }
    }
  }

  private TrainedAdapter train(AdapterForm form, int steps) {
    return TrainedAdapter.train(prior, masks, form, steps, directory);
  }

  private void assertSamplesFollowThePosterior(HTransform hTransform) {
    var measurement = SmallProblems.measurement("inpainting");
    var posterior = SamplerLaw.posterior(prior, measurement);

    var drawn =
        SamplerLaw.ofSamples(
            PosteriorSamples.draw(prior, hTransform, measurement, SAMPLER, "measurement"));

    assertThat(drawn.meanError(posterior)).as("mean").isLessThan(0.3);
    assertThat(drawn.covarianceError(posterior)).as("covariance").isLessThan(0.25);
    for (int i = 0; i < SmallProblems.SHAPE.size(); i++) {
      double ratio = Math.sqrt(drawn.covariance()[i][i] / posterior.covariance()[i][i]);
      assertThat(ratio).as("deviation of pixel %s", i).isBetween(0.85, 1.2);
    }
    // The null space of a mask: the hidden pixels.
    for (boolean hidden : new boolean[] {false, true}) {
      assertThat(among(drawn, hidden).covarianceError(among(posterior, hidden)))
          .as("covariance, hidden: %s", hidden)
          .isLessThan(0.3);
    }
  }

  /** The law of the pixels that are hidden, or measured. */
  private static SamplerLaw among(SamplerLaw law, boolean hidden) {
    int[] pixels =
        IntStream.range(0, SmallProblems.MASK.length)
            .filter(i -> hidden == (SmallProblems.MASK[i] == 0))
            .toArray();
    return new SamplerLaw(
        Arrays.stream(pixels).mapToDouble(i -> law.mean()[i]).toArray(),
        Arrays.stream(pixels)
            .mapToObj(i -> Arrays.stream(pixels).mapToDouble(j -> law.covariance()[i][j]).toArray())
            .toArray(double[][]::new));
  }

  /** Relative error of h on fresh pairs: root mean square over that of h*. */
  private double error(HTransform hTransform, int t) {
    var random = new SplittableRandom(t);
    var expected = IntStream.range(0, PAIRS).mapToObj(k -> answer(t, random)).toList();
    var found = hTransform.correct(expected.stream().map(Answer::row).toList());
    double wrong = 0;
    double all = 0;
    for (int k = 0; k < PAIRS; k++) {
      double[] h = expected.get(k).h();
      wrong += Math.pow(norm(plus(doubles(found.get(k)), h, -1)), 2);
      all += Math.pow(norm(h), 2);
    }
    return Math.sqrt(wrong / all);
  }

  private Answer answer(int t, SplittableRandom random) {
    var pairs = TrainedAdapter.pairs(prior, masks);
    float[] x0 = pairs.truth(0, random);
    var measurement = pairs.measurement(0, x0, random);
    double a = prior.schedule().alphaBar(t);
    var x = new float[x0.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (Math.sqrt(a) * x0[i] + Math.sqrt(1 - a) * random.nextGaussian());
    }
    var eps = prior.predictNoise(x, new int[] {t});
    var clean = DdimStep.clean(x, eps, a);
    var step = StepWeights.of(SAMPLER, a, a);
    var row = new StepRow(x, eps, clean, t, a, measurement, step, new float[x.length], null);
    var matrix = Dense.matrix(measurement.operator());
    var conditional = prior.noise(doubles(x), t, matrix, SIGMA, doubles(measurement.measurement()));
    return new Answer(row, plus(conditional, prior.noise(doubles(x), t), -1));
  }
}
