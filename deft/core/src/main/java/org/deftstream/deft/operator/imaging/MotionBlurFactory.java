package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link MotionBlur} from {@code {"kind": "motion-blur", "length": 7, "angleDegrees": 30,
 * "noise": {"type": "gaussian", "sigma": 0.02}}}; {@code angleDegrees} may be left out: 0.
 */
public final class MotionBlurFactory implements OperatorFactory {
  @Override
  public String kind() {
    return MotionBlur.KIND;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    double length = fields.within("length", 1, 64);
    double angle = fields.has("angleDegrees") ? fields.within("angleDegrees", -180, 180) : 0;
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    OperatorBounds.requireMotion(fields.where(), shape, length);
    return new MotionBlur(shape, noise, length, angle);
  }
}
