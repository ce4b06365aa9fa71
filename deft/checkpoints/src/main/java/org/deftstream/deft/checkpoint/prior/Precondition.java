package org.deftstream.deft.checkpoint.prior;

import java.util.Set;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.NetworkWeights;
import org.deftstream.deft.prior.ContinuousSchedule;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SigmaSchedule;

/** How NVlabs' programs ask a network of theirs: the object around it says so, else the user. */
final class Precondition {
  private static final int STEPS = 1000;

  private Precondition() {}

  static SchedulerConfig of(NetworkWeights network, Answers answers) {
    String kind =
        switch (network.className()) {
          case "EDMPrecond" -> "edm";
          case "VPPrecond" -> "vp";
          case "VEPrecond" -> "ve";
          default -> {
            if (network.className().contains("Precond")) {
              throw new UserError(
                  "its network is wrapped in "
                      + network.className()
                      + ", which asks it otherwise; of NVlabs' wrappers EDMPrecond, VPPrecond and"
                      + " VEPrecond are understood");
            }
            yield answers.word("--precondition", "edm", Set.of("edm", "vp", "ve"), "");
          }
        };
    return switch (kind) {
      case "vp" -> {
        double least = network.number("beta_min", 0.1);
        double most = least + network.number("beta_d", 19.9);
        if (network.number("M", STEPS) != STEPS) {
          throw new UserError("its M is " + network.number("M", STEPS) + ", not 1000");
        }
        yield Schedules.checked(() -> new ContinuousSchedule(STEPS, least, most, false));
      }
      case "ve" -> {
        // Its levels are those of images in [-1, 1]; of images in [0, 1] they are half as great.
        double least = network.number("sigma_min", 0.02) / 2;
        double most = network.number("sigma_max", 100) / 2;
        yield Schedules.checked(() -> SigmaSchedule.exploding(STEPS, least, most));
      }
      default -> {
        double data = answers.number("--sigma-data", network.number("sigma_data", 0.5));
        yield Schedules.checked(() -> SigmaSchedule.edm(data));
      }
    };
  }
}
