package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.text.JsonFields;

/**
 * A network that was trained on noise levels {@code sigma} instead of timesteps. Its timesteps here
 * are levels between the least and the greatest, spaced as its authors sample. Immutable.
 *
 * @param kind how the network is asked
 * @param steps number of levels N
 * @param sigmaMin least noise level, in units of the network's images
 * @param sigmaMax greatest noise level
 * @param spacing how the levels lie
 * @param rho exponent of {@link Spacing#KARRAS}
 * @param sigmaData of {@link Kind#EDM}: standard deviation of its images
 * @param prediction of {@link Kind#EDM}: sign of its answer
 */
public record SigmaSchedule(
    Kind kind,
    int steps,
    double sigmaMin,
    double sigmaMax,
    Spacing spacing,
    double rho,
    double sigmaData,
    Prediction prediction)
    implements SchedulerConfig {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> EDM_CLASSES =
      Set.of("EDMEulerScheduler", "EDMDPMSolverMultistepScheduler");
  private static final String VE_CLASS = "ScoreSdeVeScheduler";
  private static final List<String> SAMPLING =
      List.of(
          "_class_name",
          "_diffusers_version",
          "_name_or_path",
          "_commit_hash",
          "_use_default_values",
          "algorithm_type",
          "correct_steps",
          "dynamic_thresholding_ratio",
          "euler_at_final",
          "final_sigmas_type",
          "lower_order_final",
          "sample_max_value",
          "sampling_eps",
          "snr",
          "solver_order",
          "solver_type",
          "tensor_format",
          "thresholding");

  /** How the network is asked. */
  public enum Kind {
    /** Preconditioned (Karras et al., 2022); images in [-1, 1]. */
    EDM,
    /** The score of a variance-exploding diffusion (Song et al., 2021); images in [0, 1]. */
    SCORE
  }

  /** How the levels lie between the least and the greatest. */
  public enum Spacing {
    /** Even in the rho-th root. */
    KARRAS,
    /** Even in the logarithm. */
    EXPONENTIAL
  }

  /** Holds the numbers to their ranges. */
  public SigmaSchedule {
    check("sigma_min", sigmaMin, 1e-4, 1e3);
    check("sigma_max", sigmaMax, 1e-4, 1e6);
    check("sigma_data", sigmaData, 1e-3, 1e3);
    check("rho", rho, 1, 100);
    if (sigmaMin >= sigmaMax) {
      throw new IllegalArgumentException(
          BetaSchedule.WHERE + ": sigma_min " + sigmaMin + " is not below sigma_max " + sigmaMax);
    }
  }

  private static void check(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          BetaSchedule.WHERE
              + ": "
              + name
              + " must be from "
              + least
              + " to "
              + most
              + ", got "
              + value);
    }
  }

  /** EDM's levels, as its authors sample: 0.002 to 80, rho 7. */
  public static SigmaSchedule edm(double sigmaData) {
    return new SigmaSchedule(
        Kind.EDM, 1000, 0.002, 80, Spacing.KARRAS, 7, sigmaData, Prediction.EPSILON);
  }

  static boolean describes(String className) {
    return EDM_CLASSES.contains(className) || VE_CLASS.equals(className);
  }

  static SigmaSchedule read(JsonFields f) {
    SAMPLING.forEach(f::has);
    boolean score = VE_CLASS.equals(f.text("_class_name", ""));
    int steps = f.integer("num_train_timesteps", 2, 100_000, score ? 2000 : 1000);
    double sigmaMin = f.number("sigma_min", score ? 0.01 : 0.002);
    double sigmaMax = f.number("sigma_max", score ? 1348 : 80);
    SigmaSchedule read;
    if (score) {
      read =
          new SigmaSchedule(
              Kind.SCORE,
              steps,
              sigmaMin,
              sigmaMax,
              Spacing.EXPONENTIAL,
              7,
              0.5,
              Prediction.EPSILON);
    } else {
      var spacing =
          f.has("sigma_schedule")
              ? f.choice("sigma_schedule", Set.of("karras", "exponential"))
              : "karras";
      var prediction = Prediction.named(f.text("prediction_type", "epsilon"));
      if (prediction == Prediction.SAMPLE) {
        throw new IllegalArgumentException(
            f.where()
                + ": prediction_type is sample; of EDM epsilon and v_prediction are understood");
      }
      read =
          new SigmaSchedule(
              Kind.EDM,
              steps,
              sigmaMin,
              sigmaMax,
              spacing.equals("karras") ? Spacing.KARRAS : Spacing.EXPONENTIAL,
              f.number("rho", 7),
              f.number("sigma_data", 0.5),
              prediction);
    }
    f.refuseUnknown();
    return read;
  }

  @Override
  public NoiseSchedule schedule() {
    // A network of images in [0, 1] sees half the noise of one of images in [-1, 1].
    double unit = kind == Kind.SCORE ? 2 : 1;
    var sigma = new double[steps];
    for (int t = 0; t < steps; t++) {
      double part = (double) t / (steps - 1);
      sigma[t] =
          unit
              * switch (spacing) {
                case KARRAS -> {
                  double from = Math.pow(sigmaMin, 1 / rho);
                  yield Math.pow(from + part * (Math.pow(sigmaMax, 1 / rho) - from), rho);
                }
                case EXPONENTIAL -> sigmaMin * Math.pow(sigmaMax / sigmaMin, part);
              };
    }
    return NoiseSchedule.ofSigmas(sigma);
  }

  @Override
  public Preconditioning preconditioning() {
    return kind == Kind.SCORE
        ? Preconditioning.score(schedule())
        : Preconditioning.edm(prediction, sigmaData, schedule());
  }

  @Override
  public ObjectNode toJson() {
    var json = JSON.createObjectNode();
    json.put("_class_name", kind == Kind.SCORE ? VE_CLASS : "EDMEulerScheduler");
    json.put("_diffusers_version", "0.30.0");
    json.put("num_train_timesteps", steps);
    if (kind == Kind.EDM) {
      json.put("prediction_type", prediction.diffusersName());
      json.put("rho", rho);
      json.put("sigma_data", sigmaData);
    }
    json.put("sigma_max", sigmaMax);
    json.put("sigma_min", sigmaMin);
    if (kind == Kind.EDM) {
      json.put("sigma_schedule", spacing == Spacing.KARRAS ? "karras" : "exponential");
    }
    return json;
  }
}
