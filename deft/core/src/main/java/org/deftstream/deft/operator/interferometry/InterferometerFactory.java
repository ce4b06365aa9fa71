package org.deftstream.deft.operator.interferometry;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link Interferometer} from {@code {"kind": "interferometry", "fieldOfView": 100,
 * "brightness": 4, "samples": 500, "noise": {"type": "gaussian", "sigma": 0.05}}}. {@code
 * fieldOfView} is how many microarcseconds the longer side spans, {@code brightness} the Jansky of
 * that square where x is 1 everywhere, {@code samples}, 300 where it is left out, the values of a
 * record that is simulated, whose noise is that of the specification; a record that was measured
 * has any number and brings the noise of each. {@code sign}, -1 or 1, of the transform's exponent,
 * is -1 where it is left out; the files of the Event Horizon Telescope have 1.
 */
public final class InterferometerFactory implements OperatorFactory {
  private static final int MOST = 1 << 20;

  @Override
  public String kind() {
    return Interferometer.KIND;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    double fieldOfView = fields.positive("fieldOfView");
    double brightness = fields.positive("brightness");
    int samples = fields.integer("samples", 1, MOST, 300);
    int sign = fields.integer("sign", -1, 1, -1);
    if (sign == 0) {
      throw new IllegalArgumentException(fields.where() + ": sign must be -1 or 1, got 0");
    }
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    if (shape.channels() != 1) {
      throw new IllegalArgumentException(
          fields.where() + ": images must have one channel, got " + shape);
    }
    Interferometer.requireAllowed(fields.where(), shape, samples);
    return new Interferometer(new SkyField(shape, fieldOfView, brightness), noise, sign, samples);
  }
}
