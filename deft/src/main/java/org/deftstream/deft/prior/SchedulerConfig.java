package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.deftstream.deft.schedule.NoiseSchedule;

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

  private static final Set<String> SAMPLING =
      Set.of(
          "_class_name",
          "_diffusers_version",
          "variance_type",
          "clip_sample",
          "clip_sample_range",
          "dynamic_thresholding_ratio",
          "sample_max_value",
          "timestep_spacing",
          "steps_offset",
          "set_alpha_to_one",
          "skip_prk_steps",
          "thresholding");
  private static final Set<String> TRAINING =
      Set.of(
          "num_train_timesteps",
          "beta_start",
          "beta_end",
          "beta_schedule",
          "prediction_type",
          "trained_betas",
          "rescale_betas_zero_snr");

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

  public SchedulerConfig {
    if (!List.of("linear", "scaled_linear", "squaredcos_cap_v2").contains(betaSchedule)) {
      throw new IllegalArgumentException(
          "scheduler config: beta_schedule is "
              + betaSchedule
              + "; understood: linear, scaled_linear, squaredcos_cap_v2");
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
    var unknown = new TreeSet<String>();
    json.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(SAMPLING);
    unknown.removeAll(TRAINING);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "scheduler config: field not understood: " + unknown.first());
    }
    if (json.hasNonNull("trained_betas") || json.path("rescale_betas_zero_snr").asBoolean(false)) {
      throw new IllegalArgumentException(
          "scheduler config: trained_betas and rescale_betas_zero_snr are not understood");
    }
    return new SchedulerConfig(
        json.path("num_train_timesteps").asInt(1000),
        json.path("beta_start").asDouble(1e-4),
        json.path("beta_end").asDouble(2e-2),
        json.path("beta_schedule").asText("linear"),
        Prediction.named(json.path("prediction_type").asText("epsilon")));
  }

  /** The noise schedule that this describes. */
  public NoiseSchedule schedule() {
    return switch (betaSchedule) {
      case "linear" -> NoiseSchedule.linear(steps, betaStart, betaEnd);
      case "scaled_linear" -> NoiseSchedule.scaledLinear(steps, betaStart, betaEnd);
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
