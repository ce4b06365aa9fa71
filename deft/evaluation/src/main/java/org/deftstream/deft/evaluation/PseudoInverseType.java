package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Set;
import org.deftstream.deft.operator.BoundMeasurement;

/** The operator's own pseudo-inverse or surrogate: for CT filtered back-projection. */
final class PseudoInverseType implements MethodType {
  static final String NAME = "pseudo-inverse";

  @Override
  public Set<String> names() {
    return Set.of(NAME);
  }

  @Override
  public Method open(PlannedMethod planned, Bench bench) {
    if (planned.sampler().isPresent() || !planned.parameters().isEmpty()) {
      throw new IllegalArgumentException("the pseudo-inverse has neither sampler nor parameters");
    }
    return new PseudoInverse();
  }

  private static final class PseudoInverse implements Method {
    @Override
    public JsonNode identity() {
      return JsonNodeFactory.instance.objectNode().put("method", NAME);
    }

    @Override
    public int steps() {
      return 0;
    }

    @Override
    public List<Estimate> reconstruct(List<String> ids, List<BoundMeasurement> measurements) {
      return measurements.stream().map(PseudoInverse::invert).toList();
    }

    private static Estimate invert(BoundMeasurement m) {
      float[] image = m.operator().pseudoInverse(m.measurement());
      return Estimate.of(image, null, m.operator().residual(image, m.measurement()));
    }
  }
}
