package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Set;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.imaging.BicubicInterpolation;

/**
 * What needs no iteration: {@code pseudo-inverse} is the operator's own, or its surrogate, for CT
 * filtered back-projection; {@code bicubic} is what every program makes a small image larger with.
 */
final class DirectType implements MethodType {
  static final String PSEUDO_INVERSE = "pseudo-inverse";
  private static final String BICUBIC = "bicubic";
  private static final String SUPER_RESOLUTION = "super-resolution";

  @Override
  public Set<String> names() {
    return Set.of(PSEUDO_INVERSE, BICUBIC);
  }

  @Override
  public Method open(PlannedMethod planned, Bench bench) {
    if (planned.sampler().isPresent() || !planned.parameters().isEmpty()) {
      throw new IllegalArgumentException(planned.method() + " has neither sampler nor parameters");
    }
    String kind = bench.task().operator().kind();
    if (planned.method().equals(BICUBIC) && !kind.equals(SUPER_RESOLUTION)) {
      throw new IllegalArgumentException(
          "bicubic needs the operator " + SUPER_RESOLUTION + ", not " + kind);
    }
    return new Direct(planned.method());
  }

  private record Direct(String name) implements Method {
    @Override
    public JsonNode identity() {
      return JsonNodeFactory.instance.objectNode().put("method", name);
    }

    @Override
    public int steps() {
      return 0;
    }

    @Override
    public List<Estimate> reconstruct(List<String> ids, List<BoundMeasurement> measurements) {
      return measurements.stream().map(this::reconstruct).toList();
    }

    private Estimate reconstruct(BoundMeasurement m) {
      var operator = m.operator();
      float[] image = name.equals(BICUBIC) ? enlarged(m) : operator.pseudoInverse(m.measurement());
      return Estimate.of(image, null, operator.residual(image, m.measurement()));
    }

    private static float[] enlarged(BoundMeasurement m) {
      var shape = m.operator().imageShape();
      int factor = (int) Math.round(Math.sqrt(shape.size() / (double) m.measurement().length));
      return BicubicInterpolation.enlarge(m.measurement(), factor, shape);
    }
  }
}
