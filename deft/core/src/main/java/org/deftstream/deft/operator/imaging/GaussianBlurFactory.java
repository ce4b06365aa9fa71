package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.Resampling;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes the {@link SeparableOperator} of {@code {"kind": "gaussian-blur", "blur": 1.5, "noise":
 * {"type": "gaussian", "sigma": 0.02}}}; {@code blur} is the standard deviation of the blur in
 * pixels, from 0.3 to 10.
 */
public final class GaussianBlurFactory implements OperatorFactory {
  @Override
  public String kind() {
    return SeparableOperator.GAUSSIAN_BLUR;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    double blur = fields.within("blur", 0.3, 10);
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    OperatorBounds.requireMatrices(fields.where(), shape, SeparableSpectrum.known(shape));
    return new SeparableOperator(
        kind(),
        shape,
        noise,
        node -> node.put("blur", blur),
        Resampling.gaussian(shape.height(), blur),
        Resampling.gaussian(shape.width(), blur),
        SeparableSpectrum.gaussian(shape, blur),
        4 * noise.sigma() * noise.sigma());
  }
}
