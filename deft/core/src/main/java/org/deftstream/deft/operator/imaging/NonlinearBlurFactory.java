package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link NonlinearBlur} from {@code {"kind": "nonlinear-blur", "blur": 1.2, "gain": 2,
 * "noise": {"type": "gaussian", "sigma": 0.02}}}. {@code blur} is in pixels, from 0.3 to 10; {@code
 * gain}, from 0.1 to 5, may be left out: 2.
 */
public final class NonlinearBlurFactory implements OperatorFactory {
  @Override
  public String kind() {
    return NonlinearBlur.KIND;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    double blur = fields.within("blur", 0.3, 10);
    double gain = fields.has("gain") ? fields.within("gain", 0.1, 5) : 2;
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    OperatorBounds.requireBands(fields.where(), shape, blur, SeparableSpectrum.known(shape));
    return new NonlinearBlur(shape, noise, blur, gain);
  }
}
