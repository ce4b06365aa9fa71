package org.deftstream.deft.operator.tomography;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.IntensityUnits;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link ComputedTomography} from {@code {"kind": "ct-parallel", "views": 20,
 * "angleRangeDegrees": 180, "detectorBins": 95, "filter": "ram-lak", "noise": {"type": "gaussian",
 * "sigma": 0.01}}}. May be left out: {@code angleRangeDegrees}, 180, and {@code filter}, {@code
 * ram-lak} ({@code hann} is the other one). Low dose is {@code "noise": {"type": "poisson",
 * "photons": 1000, "attenuation": 4}}, {@code attenuation} being the one that is assumed where it
 * is left out.
 *
 * <p>Of measured scans: {@code startDegrees}, 0, the angle of the first view, which a record's own
 * angles are counted from; {@code centre}, the bin that the axis of rotation is seen in, the middle
 * of the detector; {@code binSize}, the width of a bin in pixels, 1; {@code attenuation} per unit
 * length of what x = 1 stands for: y is then the line integral of the attenuation itself, as in
 * {@link IntensityUnits}. The longer side of the image is 2 long.
 */
public final class ParallelBeamCtFactory implements OperatorFactory {
  @Override
  public String kind() {
    return ComputedTomography.PARALLEL;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    int views = fields.integer("views", 1, CtFields.MOST);
    int bins = fields.integer("detectorBins", 1, CtFields.MOST);
    double range = fields.number("angleRangeDegrees", 180);
    if (!(range > 0 && range <= 180)) {
      throw new IllegalArgumentException(
          fields.where() + ": angleRangeDegrees must be in (0, 180], got " + range);
    }
    var description =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", kind())
            .put("views", views)
            .put("angleRangeDegrees", range)
            .put("detectorBins", bins);
    double middle = (bins - 1) / 2.0;
    // Only what differs, so that operators without these fields keep their fingerprints.
    double start = CtFields.optional(fields, description, "startDegrees", 0);
    double centre = CtFields.optional(fields, description, "centre", middle);
    double binSize = CtFields.optional(fields, description, "binSize", 1);
    if (!(binSize >= 1e-3 && binSize <= 1e3)) {
      throw new IllegalArgumentException(
          fields.where() + ": binSize must be in [0.001, 1000] pixels, got " + binSize);
    }
    return CtFields.create(
        fields,
        description,
        new ParallelBeamGeometry(
            shape, ViewAngles.even(views, start, range, 180), bins, centre, binSize));
  }
}
