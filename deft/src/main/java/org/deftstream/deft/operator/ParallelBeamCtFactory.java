package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link ParallelBeamCt} from {@code {"kind": "ct-parallel", "views": 20,
 * "angleRangeDegrees": 180, "detectorBins": 95, "filter": "ram-lak", "noise": {"type": "gaussian",
 * "sigma": 0.01}}}. May be left out: {@code angleRangeDegrees}, 180, and {@code filter}, {@code
 * ram-lak} ({@code hann} is the other one).
 */
public final class ParallelBeamCtFactory implements OperatorFactory {
  private static final int MOST = 1 << 14;

  @Override
  public String kind() {
    return ParallelBeamCt.KIND;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    int views = fields.integer("views", 1, MOST);
    int bins = fields.integer("detectorBins", 1, MOST);
    double range = fields.number("angleRangeDegrees", 180);
    if (!(range > 0 && range <= 180)) {
      throw new IllegalArgumentException(
          fields.where() + ": angleRangeDegrees must be in (0, 180], got " + range);
    }
    var window = RampFilter.Window.RAM_LAK;
    if (fields.has("filter")) {
      String label = fields.choice("filter", labels());
      window =
          Arrays.stream(RampFilter.Window.values())
              .filter(candidate -> candidate.label().equals(label))
              .findFirst()
              .orElseThrow();
    }
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    return new ParallelBeamCt(new ParallelBeamGeometry(shape, views, range, bins), window, noise);
  }

  private static Set<String> labels() {
    return Arrays.stream(RampFilter.Window.values())
        .map(RampFilter.Window::label)
        .collect(Collectors.toSet());
  }
}
