package org.deftstream.deft.operator.mri;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.TreeSet;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link Mri} from {@code {"kind": "mri-cartesian", "acceleration": 4, "centreFraction":
 * 0.08, "seed": 0, "coils": 1, "maps": "synthetic", "noise": {"type": "gaussian", "sigma": 0.02}}}.
 * All but {@code acceleration} and {@code noise} may be left out, with these defaults. Instead of
 * acceleration, fraction and seed, {@code "lines": [-8, -1, 0, 1]} lists the lines; {@code
 * centred}, {@code norm} and {@code sign} are those of {@link KSpaceConvention}. A record may bring
 * a mask of its own, see {@link Mri#MASK}.
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
    int coils = fields.integer("coils", 1, MriFields.MOST_COILS, 1);
    OperatorBounds.requireLines(fields.where(), shape, coils);
    var lines = fields.has("lines") ? listed(fields, shape) : drawn(fields, shape);
    return MriFields.create(
        kind(),
        fields,
        shape,
        KSpaceConvention.read(fields, lines, shape, true),
        Optional.of(KSpaceConvention.read(fields, CartesianLines.all(shape), shape, true)));
  }

  private static KSpace drawn(JsonFields fields, ImageShape shape) {
    double acceleration = fields.within("acceleration", 1, 64);
    double centre = fields.has("centreFraction") ? fields.within("centreFraction", 0, 1) : 0.08;
    int seed = fields.integer("seed", 0, Integer.MAX_VALUE, 0);
    return new CartesianLines(shape, acceleration, centre, seed);
  }

  private static KSpace listed(JsonFields fields, ImageShape shape) {
    int least = -(shape.height() / 2);
    int most = least + shape.height() - 1;
    var lines = new TreeSet<Integer>();
    for (var line : fields.node("lines")) {
      boolean fits =
          line.isIntegralNumber()
              && line.canConvertToInt()
              && line.intValue() >= least
              && line.intValue() <= most;
      if (!fits || !lines.add(line.intValue())) {
        throw new IllegalArgumentException(
            fields.where()
                + ": lines must be different whole numbers from "
                + least
                + " to "
                + most
                + ", got "
                + line);
      }
    }
    if (lines.isEmpty() || !fields.node("lines").isArray()) {
      throw new IllegalArgumentException(
          fields.where() + ": lines must list the frequencies of the lines that are sampled");
    }
    return new CartesianLines(shape, lines);
  }
}
