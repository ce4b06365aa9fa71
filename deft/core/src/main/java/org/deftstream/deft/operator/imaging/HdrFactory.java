package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/** Makes {@link Hdr} from {@code {"kind": "hdr", "noise": {"type": "gaussian", "sigma": 0.02}}}. */
public final class HdrFactory implements OperatorFactory {
  @Override
  public String kind() {
    return Hdr.KIND;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    return new Hdr(shape, noise);
  }
}
