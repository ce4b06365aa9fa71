package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.Resampling;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;
import org.hipparchus.linear.RealMatrix;

/**
 * Makes the {@link SeparableOperator} of {@code {"kind": "super-resolution", "factor": 4, "kernel":
 * "average", "noise": {"type": "gaussian", "sigma": 0.02}}}. May be left out: {@code kernel},
 * {@code average} ({@code bicubic} is the other one).
 */
public final class SuperResolutionFactory implements OperatorFactory {
  private static final String AVERAGE = "average";
  private static final String BICUBIC = "bicubic";

  @Override
  public String kind() {
    return SeparableOperator.SUPER_RESOLUTION;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    int factor = fields.integer("factor", 2, 16);
    String kernel =
        fields.has("kernel") ? fields.choice("kernel", Set.of(AVERAGE, BICUBIC)) : AVERAGE;
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    if (shape.height() % factor != 0 || shape.width() % factor != 0) {
      throw new IllegalArgumentException(
          fields.where()
              + ": images of "
              + shape
              + " cannot be made smaller by the factor "
              + factor
              + "; it must divide height and width");
    }
    boolean average = kernel.equals(AVERAGE);
    OperatorBounds.requireMatrices(
        fields.where(), shape, average && SeparableSpectrum.known(shape));
    var down = matrix(kernel, shape.height(), factor);
    var across = matrix(kernel, shape.width(), factor);
    return new SeparableOperator(
        kind(),
        shape,
        noise,
        node -> node.put("factor", factor).put("kernel", kernel),
        down,
        across,
        average
            ? SeparableSpectrum.averages(shape, factor)
            : new SeparableSpectrum(down, across, shape.channels()),
        0);
  }

  private static RealMatrix matrix(String kernel, int side, int factor) {
    return kernel.equals(AVERAGE)
        ? Resampling.average(side, factor)
        : Resampling.bicubic(side, factor);
  }
}
