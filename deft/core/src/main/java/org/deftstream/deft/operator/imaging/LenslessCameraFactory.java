package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.IntensityUnits;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link LenslessCamera} from {@code {"kind": "lensless", "scene": 1, "brightness": 20000,
 * "noise": {"type": "gaussian", "sigma": 40}}}. {@code brightness} is what a pixel reads before a
 * scene that is white, x = 1, everywhere, background taken off, and the unit of {@code sigma}: see
 * {@link IntensityUnits}; a record may bring its own. {@code scene}, 1 or 2, may be left out: 1.
 */
public final class LenslessCameraFactory implements OperatorFactory {
  private static final String BRIGHTNESS = "brightness";

  @Override
  public String kind() {
    return LenslessCamera.KIND;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    int scene = fields.integer("scene", 1, 2, 1);
    double brightness = fields.positive(BRIGHTNESS);
    double sigma = GaussianNoise.read(fields).sigma();
    fields.refuseUnknown();
    if (shape.height() % (2 * scene) != 0 || shape.width() % (2 * scene) != 0) {
      throw new IllegalArgumentException(
          fields.where()
              + ": images must have sides that are multiples of "
              + 2 * scene
              + ", got "
              + shape);
    }
    OperatorBounds.requirePadding(fields.where(), shape, 2);
    return new IntensityUnits(
        BRIGHTNESS,
        brightness,
        unit -> new LenslessCamera(shape, new GaussianNoise(sigma / unit, sigma), scene, null));
  }
}
