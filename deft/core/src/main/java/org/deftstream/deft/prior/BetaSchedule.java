package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.text.JsonFields;

/**
 * A variance-preserving diffusion on discrete timesteps, as DDPM and those after it have it.
 * Immutable.
 *
 * @param steps number of timesteps N
 * @param betaSchedule {@code linear}, {@code scaled_linear} or {@code squaredcos_cap_v2}
 * @param trainedBetas one beta for each timestep, which then go before the schedule; empty for none
 * @param zeroTerminalSnr whether the schedule was rescaled so that it ends in pure noise
 * @param prediction what the network was trained to predict
 */
public record BetaSchedule(
    int steps,
    double betaStart,
    double betaEnd,
    String betaSchedule,
    List<Double> trainedBetas,
    boolean zeroTerminalSnr,
    Prediction prediction)
    implements SchedulerConfig {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final String WHERE = "scheduler config";
  private static final Set<String> SCHEDULES =
      Set.of("linear", "scaled_linear", "squaredcos_cap_v2");

  /**
   * Makes the schedule, so that one that cannot be is refused with the field that it comes from.
   */
  public BetaSchedule {
    trainedBetas = List.copyOf(trainedBetas);
    if (!SCHEDULES.contains(betaSchedule)) {
      throw new IllegalArgumentException(
          WHERE
              + ": beta_schedule is "
              + betaSchedule
              + "; understood: "
              + new TreeSet<>(SCHEDULES));
    }
    if (zeroTerminalSnr && prediction == Prediction.EPSILON) {
      throw new IllegalArgumentException(
          WHERE
              + ": rescale_betas_zero_snr is true and prediction_type epsilon: in pure noise the noise"
              + " says nothing of the image; such a prior predicts v_prediction or sample");
    }
    try {
      schedule(betaSchedule, steps, betaStart, betaEnd, trainedBetas, zeroTerminalSnr);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          WHERE
              + ": num_train_timesteps "
              + steps
              + ", beta_start "
              + betaStart
              + ", beta_end "
              + betaEnd
              + ", beta_schedule "
              + betaSchedule
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** A schedule of a usual kind. */
  public BetaSchedule(
      int steps, double betaStart, double betaEnd, String betaSchedule, Prediction prediction) {
    this(steps, betaStart, betaEnd, betaSchedule, List.of(), false, prediction);
  }

  /** The same schedule for a network that predicts something else. */
  public BetaSchedule predicting(Prediction other) {
    return new BetaSchedule(
        steps, betaStart, betaEnd, betaSchedule, trainedBetas, zeroTerminalSnr, other);
  }

  static BetaSchedule read(JsonFields f) {
    SchedulerFields.check(f);
    var config =
        new BetaSchedule(
            f.integer("num_train_timesteps", 2, 100_000, 1000),
            beta(f, "beta_start", 1e-4),
            beta(f, "beta_end", 2e-2),
            f.has("beta_schedule") ? f.choice("beta_schedule", SCHEDULES) : "linear",
            trainedBetas(f),
            f.flag("rescale_betas_zero_snr", false),
            Prediction.named(f.text("prediction_type", "epsilon")));
    SchedulerFields.requireSchedule(f);
    return config;
  }

  private static double beta(JsonFields f, String name, double absent) {
    double value = f.number(name, absent);
    if (value <= 0 || value >= 1) {
      throw new IllegalArgumentException(
          WHERE + ": " + name + " must lie between 0 and 1, got " + value);
    }
    return value;
  }

  private static List<Double> trainedBetas(JsonFields f) {
    String name = "trained_betas";
    if (!f.has(name)) {
      return List.of();
    }
    var betas = new ArrayList<Double>();
    for (var beta : f.node(name)) {
      if (!beta.isNumber()) {
        throw new IllegalArgumentException(WHERE + ": " + name + " must hold numbers, not " + beta);
      }
      betas.add(beta.doubleValue());
    }
    if (betas.isEmpty()) {
      throw new IllegalArgumentException(
          WHERE + ": " + name + " must be null or a list of numbers");
    }
    return betas;
  }

  @Override
  public NoiseSchedule schedule() {
    return schedule(betaSchedule, steps, betaStart, betaEnd, trainedBetas, zeroTerminalSnr);
  }

  private static NoiseSchedule schedule(
      String kind, int steps, double start, double end, List<Double> trained, boolean zeroSnr) {
    if (!trained.isEmpty() && trained.size() != steps) {
      throw new IllegalArgumentException(
          "trained_betas has " + trained.size() + " numbers; num_train_timesteps is " + steps);
    }
    var schedule =
        !trained.isEmpty()
            ? NoiseSchedule.ofBetas(trained.stream().mapToDouble(Double::doubleValue).toArray())
            : switch (kind) {
              case "linear" -> NoiseSchedule.linear(steps, start, end);
              case "scaled_linear" -> NoiseSchedule.scaledLinear(steps, start, end);
              default -> NoiseSchedule.cosine(steps);
            };
    return zeroSnr ? schedule.withZeroTerminalSnr() : schedule;
  }

  @Override
  public Preconditioning preconditioning() {
    return Preconditioning.of(prediction, schedule());
  }

  @Override
  public void requireSuits(NetworkConfig network) {
    switch (network.told()) {
      case NUMBER, ROW -> {}
      case LEVEL ->
          throw new IllegalArgumentException(
              "time_embedding_type is fourier: such a network is told a noise level and predicts the"
                  + " score, which needs a ScoreSdeVeScheduler");
      case LOGARITHM, MAP ->
          throw new IllegalArgumentException(
              "the network is told a noise level, and the schedule has timesteps; it needs a "
                  + SigmaSchedule.OWN_CLASS);
    }
  }

  /** As diffusers' {@code DDPMScheduler} writes it. */
  @Override
  public ObjectNode toJson() {
    var json = JSON.createObjectNode();
    json.put("_class_name", "DDPMScheduler");
    json.put("_diffusers_version", "0.30.0");
    json.put("beta_end", betaEnd);
    json.put("beta_schedule", betaSchedule);
    json.put("beta_start", betaStart);
    json.put("clip_sample", false);
    json.put("num_train_timesteps", steps);
    json.put("prediction_type", prediction.diffusersName());
    if (zeroTerminalSnr) {
      // Only where it says something: fingerprints of priors without it stay as they were.
      json.put("rescale_betas_zero_snr", true);
    }
    if (trainedBetas.isEmpty()) {
      json.putNull("trained_betas");
    } else {
      trainedBetas.forEach(json.putArray("trained_betas")::add);
    }
    json.put("variance_type", "fixed_small");
    return json;
  }
}
