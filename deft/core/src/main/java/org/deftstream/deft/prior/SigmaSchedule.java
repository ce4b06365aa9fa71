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

  /**
   * Of the kinds that no scheduler of diffusers describes; names one in {@code preconditioning}.
   */
  static final String OWN_CLASS = "NoiseLevelScheduler";

  private static final String OWN_FIELD = "preconditioning";
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
    /**
     * The score of a variance-exploding diffusion (Song et al., 2021); levels of images in [0, 1].
     */
    SCORE,
    /** The same, before the network divides by the level. */
    EXPLODING,
    /** A denoiser that is told the level and answers with the image; images in [0, 1]. */
    DENOISER;

    /** Of images in [-1, 1], which is what samplers see. */
    private double unit() {
      return this == EDM ? 1 : 2;
    }
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

  /** Levels of {@link Kind#EXPLODING}, as its authors have them. */
  public static SigmaSchedule exploding(int steps, double sigmaMin, double sigmaMax) {
    return exponential(Kind.EXPLODING, steps, sigmaMin, sigmaMax);
  }

  /** Levels of {@link Kind#SCORE}, as its authors have them. */
  public static SigmaSchedule score(int steps, double sigmaMin, double sigmaMax) {
    return exponential(Kind.SCORE, steps, sigmaMin, sigmaMax);
  }

  private static SigmaSchedule exponential(Kind kind, int steps, double least, double most) {
    return new SigmaSchedule(
        kind, steps, least, most, Spacing.EXPONENTIAL, 7, 0.5, Prediction.EPSILON);
  }

  /** Levels of {@link Kind#DENOISER}, spaced as EDM's. */
  public static SigmaSchedule denoiser(int steps, double sigmaMin, double sigmaMax) {
    return new SigmaSchedule(
        Kind.DENOISER, steps, sigmaMin, sigmaMax, Spacing.KARRAS, 7, 0.5, Prediction.SAMPLE);
  }

  static boolean describes(String className) {
    return EDM_CLASSES.contains(className)
        || VE_CLASS.equals(className)
        || OWN_CLASS.equals(className);
  }

  static SigmaSchedule read(JsonFields f) {
    SAMPLING.forEach(f::has);
    if (OWN_CLASS.equals(f.text("_class_name", ""))) {
      var read = readOwn(f);
      f.refuseUnknown();
      return read;
    }
    boolean score = VE_CLASS.equals(f.text("_class_name", ""));
    int steps = f.integer("num_train_timesteps", 2, 100_000, score ? 2000 : 1000);
    double sigmaMin = f.number("sigma_min", score ? 0.01 : 0.002);
    double sigmaMax = f.number("sigma_max", score ? 1348 : 80);
    SigmaSchedule read;
    if (score) {
      read = score(steps, sigmaMin, sigmaMax);
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

  private static SigmaSchedule readOwn(JsonFields f) {
    int steps = f.integer("num_train_timesteps", 2, 100_000);
    double least = f.number("sigma_min");
    double most = f.number("sigma_max");
    return f.choice(OWN_FIELD, Set.of("exploding", "denoiser")).equals("denoiser")
        ? denoiser(steps, least, most)
        : exploding(steps, least, most);
  }

  @Override
  public NoiseSchedule schedule() {
    // A network of images in [0, 1] sees half the noise of one of images in [-1, 1].
    double unit = kind.unit();
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
    return switch (kind) {
      case EDM -> Preconditioning.edm(prediction, sigmaData, schedule());
      case SCORE -> Preconditioning.score(schedule());
      case EXPLODING -> Preconditioning.exploding(schedule());
      case DENOISER -> Preconditioning.denoiser(schedule());
    };
  }

  @Override
  public void requireSuits(NetworkConfig network) {
    boolean suits =
        switch (network.told()) {
          case NUMBER, LOGARITHM -> kind == Kind.EDM || kind == Kind.EXPLODING;
          case LEVEL -> kind == Kind.SCORE;
          case MAP -> kind == Kind.DENOISER;
          case ROW -> false;
        };
    if (!suits) {
      String needs =
          switch (kind) {
            case EDM -> "EDM tells the logarithm of a noise level";
            case SCORE ->
                VE_CLASS
                    + " needs a network of time_embedding_type fourier, which is told a noise level";
            case EXPLODING ->
                OWN_CLASS
                    + " with "
                    + OWN_FIELD
                    + " exploding tells the logarithm of a noise level";
            case DENOISER ->
                OWN_CLASS + " with " + OWN_FIELD + " denoiser tells a map of the level";
          };
      throw new IllegalArgumentException(needs + "; the network is told " + words(network));
    }
  }

  /** What a network is told, for messages. */
  static String words(NetworkConfig network) {
    return switch (network.told()) {
      case NUMBER -> "a timestep";
      case ROW -> "a row of a table: time_embedding_type is learned, a table of timesteps";
      case LOGARITHM -> "the logarithm of a noise level";
      case LEVEL -> "a noise level: time_embedding_type is fourier";
      case MAP -> "the noise level as a channel of the image";
    };
  }

  @Override
  public boolean inDiffusers() {
    return kind == Kind.EDM || kind == Kind.SCORE;
  }

  @Override
  public ObjectNode toJson() {
    var json = JSON.createObjectNode();
    json.put(
        "_class_name",
        switch (kind) {
          case EDM -> "EDMEulerScheduler";
          case SCORE -> VE_CLASS;
          case EXPLODING, DENOISER -> OWN_CLASS;
        });
    json.put("_diffusers_version", "0.30.0");
    json.put("num_train_timesteps", steps);
    if (kind == Kind.EXPLODING || kind == Kind.DENOISER) {
      json.put(OWN_FIELD, kind == Kind.DENOISER ? "denoiser" : "exploding");
    }
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
