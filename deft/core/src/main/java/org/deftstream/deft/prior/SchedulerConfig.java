package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.text.JsonFields;

/**
 * Diffusers' {@code scheduler/scheduler_config.json}: the part that says how the prior was trained.
 * Fields about how its authors sample from it are known and leave the prior as it is, because the
 * sampler here has its own settings; a field that is not known is refused by name. Immutable.
 */
public sealed interface SchedulerConfig permits BetaSchedule, SigmaSchedule, ContinuousSchedule {
  /** Number of timesteps N. */
  int steps();

  /** What the network predicts; a score is the noise but for a factor. */
  Prediction prediction();

  /** The noise schedule that this describes. */
  NoiseSchedule schedule();

  /** How the network is asked, and what its answer says of the noise. */
  Preconditioning preconditioning();

  /**
   * Refuses a network that is told otherwise than this tells.
   *
   * @throws IllegalArgumentException one line that names both
   */
  void requireSuits(NetworkConfig network);

  /** Whether a scheduler of diffusers is all of this. */
  default boolean inDiffusers() {
    return true;
  }

  /** As a scheduler of diffusers writes it, where there is one. */
  ObjectNode toJson();

  /** What a network predicts, by diffusers' names. */
  enum Prediction {
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

    String diffusersName() {
      return diffusersName;
    }

    static Prediction named(String name) {
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

  /** The schedule of DDPM: 1000 steps, linear from 1e-4 to 2e-2. */
  static BetaSchedule standard() {
    return new BetaSchedule(1000, 1e-4, 2e-2, "linear", Prediction.EPSILON);
  }

  /**
   * Parses a {@code scheduler_config.json}.
   *
   * @throws IllegalArgumentException naming the field that is not understood
   */
  static SchedulerConfig parse(JsonNode json) {
    var f = JsonFields.of(json, BetaSchedule.WHERE);
    String className = f.text("_class_name", "");
    if (className.equals(ContinuousSchedule.CLASS_NAME)) {
      return ContinuousSchedule.read(f);
    }
    return SigmaSchedule.describes(className) ? SigmaSchedule.read(f) : BetaSchedule.read(f);
  }
}
