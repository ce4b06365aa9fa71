package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link Mri} from {@code {"kind": "mri-cartesian", "acceleration": 4, "centreFraction":
 * 0.08, "seed": 0, "coils": 1, "maps": "synthetic", "noise": {"type": "gaussian", "sigma": 0.02}}}.
 * All but {@code acceleration} and {@code noise} may be left out, with these defaults.
 */
public final class MriCartesianFactory implements OperatorFactory {
  @Override
  public String kind() {
    return Mri.CARTESIAN;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    double acceleration = fields.within("acceleration", 1, 64);
    double centre = fields.has("centreFraction") ? fields.within("centreFraction", 0, 1) : 0.08;
    int seed = fields.integer("seed", 0, Integer.MAX_VALUE, 0);
    if (!Fourier.isPowerOfTwo(shape.height()) || !Fourier.isPowerOfTwo(shape.width())) {
      throw new IllegalArgumentException(
          fields.where() + ": images must have sides that are powers of two, got " + shape);
    }
    int coils = fields.integer("coils", 1, MriFields.MOST_COILS, 1);
    OperatorBounds.requireLines(fields.where(), shape, coils);
    return MriFields.create(
        kind(), fields, shape, new CartesianLines(shape, acceleration, centre, seed));
  }
}
