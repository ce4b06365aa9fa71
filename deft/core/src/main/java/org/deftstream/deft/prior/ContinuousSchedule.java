package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.text.JsonFields;

/**
 * A variance-preserving diffusion in continuous time (Song et al., 2021), whose network answers
 * with the noise and is told 999 times the time: timestep {@code t} of N is the time {@code (t + 1)
 * / N}. Beta grows in a straight line. Immutable.
 *
 * @param steps number of timesteps N
 * @param betaMin beta at time 0
 * @param betaMax beta at time 1
 * @param sub whether the noise is that of the "sub-VP" diffusion, with variance {@code (1 -
 *     alphaBar)^2}
 */
public record ContinuousSchedule(int steps, double betaMin, double betaMax, boolean sub)
    implements SchedulerConfig {
  static final String CLASS_NAME = "ScoreSdeVpScheduler";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double UNITS = 999;

  /** How its authors sample; says nothing of the training. */
  private static final List<String> SAMPLING =
      List.of(
          "_class_name",
          "_commit_hash",
          "_diffusers_version",
          "_name_or_path",
          "_use_default_values",
          "sampling_eps",
          "tensor_format");

  /** Makes the schedule, so that one that cannot be is refused with the fields it comes from. */
  public ContinuousSchedule {
    if (!(betaMin > 0 && betaMax > betaMin && betaMax <= 40)) {
      throw new IllegalArgumentException(
          BetaSchedule.WHERE
              + ": beta_min "
              + betaMin
              + " and beta_max "
              + betaMax
              + " must grow, above 0 and at most 40");
    }
    try {
      schedule(steps, betaMin, betaMax, sub);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          BetaSchedule.WHERE + ": num_train_timesteps " + steps + ": " + e.getMessage(), e);
    }
  }

  /** That of its authors: 1000 timesteps, beta from 0.1 to 20. */
  public static ContinuousSchedule standard(int steps, boolean sub) {
    return new ContinuousSchedule(steps, 0.1, 20, sub);
  }

  static ContinuousSchedule read(JsonFields f) {
    SAMPLING.forEach(f::has);
    var read =
        new ContinuousSchedule(
            f.integer("num_train_timesteps", 2, 100_000, 2000),
            f.number("beta_min", 0.1),
            f.number("beta_max", 20),
            f.flag("sub_vp", false));
    f.refuseUnknown();
    return read;
  }

  @Override
  public Prediction prediction() {
    return Prediction.EPSILON;
  }

  @Override
  public NoiseSchedule schedule() {
    return schedule(steps, betaMin, betaMax, sub);
  }

  private static NoiseSchedule schedule(int steps, double betaMin, double betaMax, boolean sub) {
    var sigma = new double[Math.max(0, steps)];
    for (int t = 0; t < steps; t++) {
      double integral = integral(time(t, steps), betaMin, betaMax);
      // Noise over signal: the signal is exp(-integral / 2).
      sigma[t] = sub ? 2 * Math.sinh(integral / 2) : Math.sqrt(Math.expm1(integral));
    }
    return NoiseSchedule.ofSigmas(sigma);
  }

  private static double time(int t, int steps) {
    return (t + 1.0) / steps;
  }

  /** Of beta, from time 0. */
  private static double integral(double time, double betaMin, double betaMax) {
    return betaMin * time + (betaMax - betaMin) * time * time / 2;
  }

  @Override
  public Preconditioning preconditioning() {
    var time = new double[steps];
    var scale = new double[steps];
    for (int t = 0; t < steps; t++) {
      time[t] = UNITS * time(t, steps);
      double integral = integral(time(t, steps), betaMin, betaMax);
      // Its signal and noise need not have variances that add up to 1.
      scale[t] = sub ? Math.hypot(Math.exp(-integral / 2), -Math.expm1(-integral)) : 1;
    }
    return Preconditioning.continuous(time, scale);
  }

  @Override
  public void requireSuits(NetworkConfig network) {
    if (network.told() != NetworkConfig.Told.NUMBER) {
      throw new IllegalArgumentException(
          CLASS_NAME + " tells the time; the network is told " + SigmaSchedule.words(network));
    }
  }

  @Override
  public boolean inDiffusers() {
    return !sub;
  }

  @Override
  public ObjectNode toJson() {
    var json = JSON.createObjectNode();
    json.put("_class_name", CLASS_NAME);
    json.put("_diffusers_version", "0.30.0");
    json.put("beta_max", betaMax);
    json.put("beta_min", betaMin);
    json.put("num_train_timesteps", steps);
    if (sub) {
      json.put("sub_vp", true);
    }
    return json;
  }
}
