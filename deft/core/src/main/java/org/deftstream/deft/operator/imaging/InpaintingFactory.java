package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link Inpainting} from {@code {"kind": "inpainting", "mask": {"type": "free-form",
 * "leastHidden": 0.2, "mostHidden": 0.4}, "noise": {"type": "gaussian", "sigma": 0.02}}}. The field
 * {@code mask} says how simulated records draw theirs ({@code free-form}, {@code box} or {@code
 * random}); a real record brings its own.
 */
public final class InpaintingFactory implements OperatorFactory {
  @Override
  public String kind() {
    return Inpainting.KIND;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    var distribution = MaskDistribution.read(fields);
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    return new Inpainting(shape, distribution, noise);
  }
}
