package org.deftstream.deft.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.training.PriorSamples;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Images whose pixels are normal with a known mean and deviation: what a perfect network answers is
 * known in closed form in the terms of each parameterisation, and so is the noise. Every schedule
 * with every parameterisation that goes with it.
 */
class ParameterisationTest {
  private static final double MEAN = 0.2;
  private static final double DEVIATION = 0.15;

  static List<SchedulerConfig> configs() throws Exception {
    var all = new ArrayList<SchedulerConfig>();
    for (var prediction : Prediction.values()) {
      for (String kind : List.of("linear", "scaled_linear", "squaredcos_cap_v2")) {
        all.add(new BetaSchedule(1000, 1e-4, 2e-2, kind, prediction));
      }
      var trained = new ArrayList<Double>();
      for (int t = 0; t < 400; t++) {
        trained.add(5e-4 + 0.04 * Math.pow(t / 399.0, 2));
      }
      all.add(new BetaSchedule(400, 1e-4, 2e-2, "linear", trained, false, prediction));
      if (prediction != Prediction.EPSILON) {
        all.add(new BetaSchedule(1000, 1e-4, 2e-2, "linear", List.of(), true, prediction));
      }
    }
    for (String text :
        List.of(
            "{'_class_name': 'EDMEulerScheduler'}",
            "{'_class_name': 'EDMEulerScheduler', 'sigma_schedule': 'exponential',"
                + " 'prediction_type': 'v_prediction', 'sigma_data': 0.25, 'sigma_max': 50}",
            "{'_class_name': 'EDMDPMSolverMultistepScheduler', 'rho': 5, 'sigma_min': 0.01}",
            "{'_class_name': 'ScoreSdeVeScheduler', 'num_train_timesteps': 1000, 'sigma_max': 90,"
                + " 'snr': 0.15}",
            "{'_class_name': 'NoiseLevelScheduler', 'preconditioning': 'exploding',"
                + " 'num_train_timesteps': 1000, 'sigma_min': 0.01, 'sigma_max': 50}",
            "{'_class_name': 'NoiseLevelScheduler', 'preconditioning': 'denoiser',"
                + " 'num_train_timesteps': 1000, 'sigma_min': 0.002, 'sigma_max': 10}",
            "{'_class_name': 'ScoreSdeVpScheduler', 'num_train_timesteps': 1000}",
            "{'_class_name': 'ScoreSdeVpScheduler', 'sub_vp': true, 'sampling_eps': 1e-3}")) {
      var json = new ObjectMapper().readTree(text.replace('\'', '"'));
      var config = SchedulerConfig.parse(json);
      assertThat(SchedulerConfig.parse(config.toJson())).isEqualTo(config);
      all.add(config);
    }
    return all;
  }

  /** What a perfect network answers, from what it sees and is told alone. */
  private static double network(
      SchedulerConfig config, NoiseSchedule schedule, double seen, double time) {
    if (config instanceof SigmaSchedule sigmas && sigmas.kind() == SigmaSchedule.Kind.EDM) {
      double sigma = Math.exp(4 * time);
      double data = sigmas.sigmaData();
      double root = Math.hypot(sigma, data);
      double x = seen * root;
      double answer =
          (denoised(x, sigma) - data * data / (root * root) * x) / (sigma * data / root);
      return config.prediction() == Prediction.V ? -answer : answer;
    }
    if (config instanceof SigmaSchedule sigmas && sigmas.kind() == SigmaSchedule.Kind.EXPLODING) {
      double sigma = 2 * Math.exp(time);
      return (denoised(seen, sigma) - seen) / sigma;
    }
    if (config instanceof SigmaSchedule sigmas && sigmas.kind() == SigmaSchedule.Kind.DENOISER) {
      return (denoised(2 * seen - 1, 2 * time) + 1) / 2;
    }
    if (config instanceof ContinuousSchedule continuous) {
      double moment = time / 999;
      double integral = 0.1 * moment + 19.9 * moment * moment / 2;
      double signal = Math.exp(-integral / 2);
      double variance = 1 - Math.exp(-integral);
      double noise = continuous.sub() ? variance : Math.sqrt(variance);
      return (seen / signal - denoised(seen / signal, noise / signal)) * signal / noise;
    }
    if (config instanceof SigmaSchedule) {
      double mean = (MEAN + 1) / 2;
      return -(seen - mean) / (DEVIATION * DEVIATION / 4 + time * time);
    }
    int t = (int) time;
    double signal = Math.sqrt(schedule.alphaBar(t));
    double noise = Math.sqrt(1 - schedule.alphaBar(t));
    double clean = clean(schedule, t, seen);
    double eps = (seen - signal * clean) / noise;
    return switch (config.prediction()) {
      case EPSILON -> eps;
      case V -> signal * eps - noise * clean;
      case SAMPLE -> clean;
    };
  }

  /** The mean of the image given it with noise of {@code sigma}. */
  private static double denoised(double x, double sigma) {
    double gain = DEVIATION * DEVIATION / (DEVIATION * DEVIATION + sigma * sigma);
    return MEAN + gain * (x - MEAN);
  }

  /** The mean of the image given {@code x_t}. */
  private static double clean(NoiseSchedule schedule, int t, double xt) {
    double signal = Math.sqrt(schedule.alphaBar(t));
    double variance = DEVIATION * DEVIATION;
    double all = signal * signal * variance + 1 - schedule.alphaBar(t);
    return MEAN + variance * signal / all * (xt - signal * MEAN);
  }

  private static double noise(
      SchedulerConfig config, NoiseSchedule schedule, Preconditioning p, double xt, int t) {
    double time = p.time() == null ? t : p.time()[t];
    double answer = network(config, schedule, p.inputScale()[t] * xt + p.inputShift(), time);
    return p.ofInput()[t] * xt + p.ofAnswer()[t] * (answer - p.answerShift());
  }

  @ParameterizedTest
  @MethodSource("configs")
  void shouldTurnWhatAPerfectNetworkAnswersIntoTheNoise(SchedulerConfig config) {
    var schedule = config.schedule();
    var p = config.preconditioning();
    for (int t = 0; t < schedule.steps(); t += 7) {
      double signal = Math.sqrt(schedule.alphaBar(t));
      double noise = Math.sqrt(1 - schedule.alphaBar(t));
      for (double z : new double[] {-2, -0.3, 0, 1}) {
        double xt = signal * MEAN + z * Math.hypot(signal * DEVIATION, noise);
        double expected = (xt - signal * clean(schedule, t, xt)) / noise;

        // Tables of single precision, and where there is little noise, little is divided by it.
        double margin = 1e-5 + 1e-6 / noise;
        assertThat(noise(config, schedule, p, xt, t))
            .as("t " + t)
            .isCloseTo(expected, within(margin));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void shouldDrawImagesOfTheMeanAndDeviationOfTheData(SchedulerConfig config) {
    var settings =
        new SamplerSettings(
            100, SamplerSettings.TimeGrid.UNIFORM, SamplerSettings.NoiseRule.ETA, 0, 1);
    try (var prior = new PerfectPrior(config)) {
      double sum = 0;
      double squares = 0;
      int count = 0;
      for (float[] image : PriorSamples.draw(prior, settings, 64, "parameterisation")) {
        for (float value : image) {
          sum += value;
          squares += value * value;
          count++;
        }
      }
      double mean = sum / count;
      // 16,384 pixels: three standard errors are 0.0035 and 0.0025; the rest is of 100 steps.
      assertThat(mean).isCloseTo(MEAN, within(0.01));
      assertThat(Math.sqrt(squares / count - mean * mean)).isCloseTo(DEVIATION, within(0.015));
    }
  }

  private record PerfectPrior(SchedulerConfig config, NoiseSchedule schedule, Preconditioning told)
      implements Prior {
    PerfectPrior(SchedulerConfig config) {
      this(config, config.schedule(), config.preconditioning());
    }

    @Override
    public String name() {
      return "perfect";
    }

    @Override
    public String fingerprint() {
      return "perfect";
    }

    @Override
    public ImageShape imageShape() {
      return new ImageShape(16, 16, 1);
    }

    @Override
    public long parameters() {
      return 0;
    }

    @Override
    public String device() {
      return "host";
    }

    @Override
    public float[] predictNoise(float[] xt, int[] timesteps) {
      var eps = new float[xt.length];
      int size = imageShape().size();
      for (int i = 0; i < xt.length; i++) {
        eps[i] = (float) noise(config, schedule, told, xt[i], timesteps[i / size]);
      }
      return eps;
    }

    @Override
    public void close() {}
  }
}
