package org.deftstream.deft.prior;

import java.util.List;
import java.util.Set;
import org.deftstream.deft.text.JsonFields;

/**
 * Which schedulers of diffusers describe a network that was trained on discrete timesteps of a
 * variance-preserving diffusion, and which of their fields say nothing about it.
 */
final class SchedulerFields {
  /** Classes whose absent fields mean the schedule of DDPM. */
  private static final Set<String> PLAIN =
      Set.of(
          "DDPMScheduler",
          "DDPMParallelScheduler",
          "DDIMScheduler",
          "DDIMParallelScheduler",
          "DDIMInverseScheduler",
          "PNDMScheduler",
          "RePaintScheduler",
          "DPMSolverMultistepScheduler",
          "DPMSolverMultistepInverseScheduler",
          "DPMSolverSinglestepScheduler",
          "DEISMultistepScheduler",
          "UniPCMultistepScheduler",
          "SASolverScheduler",
          "EulerDiscreteScheduler",
          "EulerAncestralDiscreteScheduler",
          "LMSDiscreteScheduler");

  /** Classes with presets of their own, which must state their schedule. */
  private static final Set<String> OTHER_PRESETS =
      Set.of(
          "LCMScheduler",
          "TCDScheduler",
          "HeunDiscreteScheduler",
          "KDPM2DiscreteScheduler",
          "KDPM2AncestralDiscreteScheduler",
          "DPMSolverSDEScheduler");

  private static final List<String> SCHEDULE =
      List.of("num_train_timesteps", "beta_start", "beta_end", "beta_schedule");

  /** Files say where they come from, and how their authors sample. */
  private static final List<String> SAMPLING =
      List.of(
          "_diffusers_version",
          "_name_or_path",
          "_commit_hash",
          "_use_default_values",
          "algorithm_type",
          "clip_sample",
          "clip_sample_range",
          "corrector_order",
          "disable_corrector",
          "dynamic_thresholding_ratio",
          "eta",
          "euler_at_final",
          "final_sigmas_type",
          "interpolation_type",
          "lambda_min_clipped",
          "lower_order_final",
          "noise_sampler_seed",
          "original_inference_steps",
          "predict_x0",
          "predictor_order",
          "sample_max_value",
          "set_alpha_to_one",
          "sigma_max",
          "sigma_min",
          "skip_prk_steps",
          "solver_order",
          "solver_p",
          "solver_type",
          "steps_offset",
          "tau_func",
          "tensor_format",
          "thresholding",
          "timestep_scaling",
          "timestep_spacing",
          "timestep_type",
          "timestep_values",
          "use_beta_sigmas",
          "use_exponential_sigmas",
          "use_karras_sigmas",
          "use_lu_lambdas",
          "variance_type");

  /** Fields that would mean another process than the one that the schedule describes. */
  private static final List<String> SWITCHES = List.of("use_flow_sigmas", "use_dynamic_shifting");

  private SchedulerFields() {}

  /** Refuses classes, fields and values that would mean another process; asks for all the rest. */
  static void check(JsonFields f) {
    f.has("_class_name");
    String type = f.text("_class_name", "");
    if (!type.isEmpty() && !PLAIN.contains(type) && !OTHER_PRESETS.contains(type)) {
      throw new IllegalArgumentException(
          f.where()
              + ": _class_name is "
              + shortened(type)
              + ", which tells no diffusion of a prior: DDPMScheduler and those that sample from the same"
              + " networks, EDMEulerScheduler and ScoreSdeVeScheduler do");
    }
    for (String name : SCHEDULE) {
      refuseNull(f, name);
    }
    refuseNull(f, "prediction_type");
    f.has("prediction_type");
    SAMPLING.forEach(f::has);
    f.has("trained_betas");
    f.has("rescale_betas_zero_snr");
    for (String name : SWITCHES) {
      if (f.flag(name, false)) {
        throw new IllegalArgumentException(
            f.where() + ": " + name + " is true, which is not understood; false is");
      }
    }
    f.has("flow_shift");
    f.has("time_shift_type");
    oldNames(f);
    f.refuseUnknown();
  }

  /** Refuses a file that leaves its schedule to presets that are not DDPM's. */
  static void requireSchedule(JsonFields f) {
    String type = f.text("_class_name", "");
    for (String name : SCHEDULE) {
      if (!PLAIN.contains(type) && !f.has(name)) {
        throw new IllegalArgumentException(
            f.where()
                + ": "
                + name
                + " is missing"
                + (type.isEmpty() ? ", and so is _class_name" : "; " + type + " must state it"));
      }
    }
  }

  /** Before its version 0.2 diffusers had two other names. */
  private static void oldNames(JsonFields f) {
    if (f.has("timesteps")
        && f.integer("timesteps", 2, Integer.MAX_VALUE)
            != f.integer("num_train_timesteps", 2, Integer.MAX_VALUE)) {
      throw new IllegalArgumentException(
          f.where() + ": timesteps differs from num_train_timesteps; which were trained on?");
    }
    if (!f.flag("predict_epsilon", true) && !f.text("prediction_type", "").equals("sample")) {
      throw new IllegalArgumentException(
          f.where() + ": predict_epsilon is false; say so with prediction_type: sample");
    }
  }

  private static void refuseNull(JsonFields f, String name) {
    if (!f.has(name) && f.json().has(name)) {
      throw new IllegalArgumentException(f.where() + ": " + name + " must not be null");
    }
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }
}
