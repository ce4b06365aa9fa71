package org.deftstream.deft.operator.phase;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.RealFourier;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link PhaseRetrieval} from {@code {"kind": "phase-retrieval", "oversampling": 2, "noise":
 * {"type": "gaussian", "sigma": 0.01}}}; {@code oversampling} may be left out: 2.
 */
public final class PhaseRetrievalFactory implements OperatorFactory {
  @Override
  public String kind() {
    return PhaseRetrieval.KIND;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    int oversampling = fields.integer("oversampling", 1, 8, 2);
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    OperatorBounds.requirePadding(fields.where(), shape, oversampling);
    int height = oversampling * shape.height();
    int width = oversampling * shape.width();
    if (!RealFourier.fits(height) || !RealFourier.fits(width)) {
      throw new IllegalArgumentException(
          fields.where()
              + ": the padded image must have sides that are "
              + RealFourier.SIDES
              + ", got "
              + height
              + "x"
              + width
              + " from images of "
              + shape);
    }
    return new PhaseRetrieval(shape, noise, oversampling);
  }
}
