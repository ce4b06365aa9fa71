package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.TiledPrior;
import org.deftstream.deft.sampler.DdimStep;

/**
 * The prior as a denoiser: what it makes of the pseudo-inverse, taken for a state at the noise
 * level of the measurement, in one evaluation. For the operator {@code denoising} that is the
 * prior's estimate of the posterior mean (Tweedie's formula).
 */
final class DenoiserType implements MethodType {
  private static final String NAME = "denoiser";

  @Override
  public Set<String> names() {
    return Set.of(NAME);
  }

  @Override
  public Method open(PlannedMethod planned, Bench bench) {
    if (planned.sampler().isPresent() || !planned.parameters().isEmpty()) {
      throw new IllegalArgumentException("the denoiser has neither sampler nor parameters");
    }
    return new Denoiser(bench.prior());
  }

  private record Denoiser(Prior prior) implements Method {
    @Override
    public JsonNode identity() {
      return JsonNodeFactory.instance.objectNode().put("method", NAME);
    }

    @Override
    public int steps() {
      return 1;
    }

    @Override
    public List<Estimate> reconstruct(List<String> ids, List<BoundMeasurement> measurements) {
      var estimates = new ArrayList<Estimate>();
      for (var measurement : measurements) {
        estimates.add(denoise(measurement));
      }
      return estimates;
    }

    private Estimate denoise(BoundMeasurement m) {
      int t = level(m.operator().noiseSigma());
      double alphaBar = prior.schedule().alphaBar(t);
      float[] state = m.operator().pseudoInverse(m.measurement());
      for (int i = 0; i < state.length; i++) {
        state[i] *= (float) Math.sqrt(alphaBar);
      }
      var image = m.operator().imageShape();
      float[] noise = TiledPrior.predictNoise(prior, state, new int[] {t}, image, t);
      float[] clean = DdimStep.clean(state, noise, alphaBar);
      for (int i = 0; i < clean.length; i++) {
        clean[i] = Math.min(1, Math.max(-1, clean[i]));
      }
      return Estimate.of(clean, null, m.operator().residual(clean, m.measurement()));
    }

    /** The timestep whose noise, in units of the image, is nearest to a standard deviation. */
    private int level(double sigma) {
      int nearest = 0;
      for (int t = 0; t < prior.schedule().steps(); t++) {
        if (Math.abs(sigma(t) - sigma) < Math.abs(sigma(nearest) - sigma)) {
          nearest = t;
        }
      }
      return nearest;
    }

    private double sigma(int t) {
      double alphaBar = prior.schedule().alphaBar(t);
      return Math.sqrt((1 - alphaBar) / alphaBar);
    }
  }
}
