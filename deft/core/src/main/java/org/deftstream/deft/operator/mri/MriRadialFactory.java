package org.deftstream.deft.operator.mri;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link Mri} from {@code {"kind": "mri-radial", "spokes": 24, "samples": 64, "coils": 1,
 * "maps": "synthetic", "noise": {"type": "gaussian", "sigma": 0.02}}}. May be left out: {@code
 * samples}, the longer side of the image, {@code coils} and {@code maps}, as above, and {@code
 * norm} and {@code sign} of {@link KSpaceConvention}.
 */
public final class MriRadialFactory implements OperatorFactory {
  @Override
  public String kind() {
    return Mri.RADIAL;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    int spokes = fields.integer("spokes", 1, 1024);
    int samples = fields.integer("samples", 2, 1024, Math.max(shape.height(), shape.width()));
    int coils = fields.integer("coils", 1, MriFields.MOST_COILS, 1);
    OperatorBounds.requireSpokes(fields.where(), shape, spokes, samples, coils);
    return MriFields.create(
        kind(),
        fields,
        shape,
        KSpaceConvention.read(fields, new RadialSpokes(shape, spokes, samples), shape, false),
        Optional.empty());
  }
}
