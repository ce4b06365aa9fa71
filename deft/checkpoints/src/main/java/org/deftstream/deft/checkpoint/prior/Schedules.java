package org.deftstream.deft.checkpoint.prior;

import java.util.Set;
import java.util.function.Supplier;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.BetaSchedule;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;

/** The noise schedule of a checkpoint that does not hold it. */
final class Schedules {
  private Schedules() {}

  /**
   * What the user says, or what is known.
   *
   * @param known {@code linear}, or null where it must be asked for
   */
  static SchedulerConfig asked(Answers answers, String known) {
    String kind =
        answers.word(
            "--schedule",
            known,
            Set.of("linear", "scaled_linear", "cosine"),
            "linear, scaled_linear or cosine, as its betas were");
    int steps = answers.integer("--timesteps", 1000, "");
    String predicts =
        answers.word("--predicts", "epsilon", Set.of("epsilon", "v", "x0"), "epsilon, v or x0");
    var prediction =
        switch (predicts) {
          case "v" -> Prediction.V;
          case "x0" -> Prediction.SAMPLE;
          default -> Prediction.EPSILON;
        };
    // Betas are told for 1000 steps and scaled, so that fewer steps end in as much noise.
    double scale = 1000.0 / Math.max(1, steps);
    return checked(
        () ->
            new BetaSchedule(
                steps,
                1e-4 * scale,
                2e-2 * scale,
                kind.equals("cosine") ? "squaredcos_cap_v2" : kind.isEmpty() ? "linear" : kind,
                prediction));
  }

  /** That of DDPM for a network that predicts the noise. */
  static SchedulerConfig linear(int steps) {
    double scale = 1000.0 / Math.max(1, steps);
    return checked(
        () -> new BetaSchedule(steps, 1e-4 * scale, 2e-2 * scale, "linear", Prediction.EPSILON));
  }

  /** Turns a refusal of a configuration into a line for the user. */
  static <T> T checked(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }
}
