package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.TreeSet;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.text.JsonFields;

/**
 * Diffusers' {@code scheduler/scheduler_config.json}: the part that says how the prior was trained.
 * Fields about how its authors sample from it are known and leave the prior as it is, because the
 * sampler here has its own settings; a field that is not known is refused by name. Immutable.
 *
 * @param steps number of timesteps N
 * @param betaSchedule {@code linear}, {@code scaled_linear} or {@code squaredcos_cap_v2}
 * @param prediction what the network was trained to predict
 */
public record SchedulerConfig(
    int steps, double betaStart, double betaEnd, String betaSchedule, Prediction prediction) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WHERE = "scheduler config";
  private static final Set<String> SCHEDULES =
      Set.of("linear", "scaled_linear", "squaredcos_cap_v2");

  /** What a network predicts, by diffusers' names. */
  public enum Prediction {
    /** The noise {@code eps}. */
    EPSILON("epsilon"),
    /** {@code v = sqrt(alphaBar) eps - sqrt(1 - alphaBar) x0} (Salimans and Ho, 2022). */
    V("v_prediction"),
    /** The clean image {@code x0}. */
    SAMPLE("sample");

    private final String diffusersName;

    Prediction(String diffusersName) {
      this.diffusersName = diffusersName;
    }

    private static Prediction named(String name) {
      for (var prediction : values()) {
        if (prediction.diffusersName.equals(name)) {
          return prediction;
        }
      }
      throw new IllegalArgumentException(
          "scheduler config: prediction_type is "
              + name
              + "; understood: epsilon, v_prediction, sample");
    }
  }

  /**
   * Makes the schedule, so that one that cannot be is refused with the field that it comes from.
   */
  public SchedulerConfig {
    if (!SCHEDULES.contains(betaSchedule)) {
      throw new IllegalArgumentException(
          WHERE
              + ": beta_schedule is "
              + betaSchedule
              + "; understood: "
              + new TreeSet<>(SCHEDULES));
    }
    try {
      schedule(betaSchedule, steps, betaStart, betaEnd);
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

  /** The schedule of DDPM: 1000 steps, linear from 1e-4 to 2e-2. */
  public static SchedulerConfig standard() {
    return new SchedulerConfig(1000, 1e-4, 2e-2, "linear", Prediction.EPSILON);
  }

  /** The same schedule for a network that predicts something else. */
  public SchedulerConfig predicting(Prediction other) {
    return new SchedulerConfig(steps, betaStart, betaEnd, betaSchedule, other);
  }

  /**
   * Parses a {@code scheduler_config.json}.
   *
   * @throws IllegalArgumentException naming the field that is not understood
   */
  public static SchedulerConfig parse(JsonNode json) {
    var f = JsonFields.of(json, WHERE);
    SchedulerFields.check(f);
    var config =
        new SchedulerConfig(
            f.integer("num_train_timesteps", 2, 100_000, 1000),
            beta(f, "beta_start", 1e-4),
            beta(f, "beta_end", 2e-2),
            f.has("beta_schedule") ? f.choice("beta_schedule", SCHEDULES) : "linear",
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

  /** The noise schedule that this describes. */
  public NoiseSchedule schedule() {
    return schedule(betaSchedule, steps, betaStart, betaEnd);
  }

  private static NoiseSchedule schedule(String kind, int steps, double start, double end) {
    return switch (kind) {
      case "linear" -> NoiseSchedule.linear(steps, start, end);
      case "scaled_linear" -> NoiseSchedule.scaledLinear(steps, start, end);
      default -> NoiseSchedule.cosine(steps);
    };
  }

  /** As diffusers' {@code DDPMScheduler} writes it. */
  public ObjectNode toJson() {
    var json = JSON.createObjectNode();
    json.put("_class_name", "DDPMScheduler");
    json.put("_diffusers_version", "0.30.0");
    json.put("beta_end", betaEnd);
    json.put("beta_schedule", betaSchedule);
    json.put("beta_start", betaStart);
    json.put("clip_sample", false);
    json.put("num_train_timesteps", steps);
    json.put("prediction_type", prediction.diffusersName);
    json.putNull("trained_betas");
    json.put("variance_type", "fixed_small");
    return json;
  }
}
