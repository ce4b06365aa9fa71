package org.deftstream.deft.operator.tomography;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link ComputedTomography} of a fan beam from {@code {"kind": "ct-fan", "views": 360,
 * "detectorBins": 560, "binSize": 0.2, "sourceToOrigin": 410.66, "sourceToDetector": 553.74,
 * "pixelSize": 0.1483, "attenuation": 0.045, "noise": {"type": "gaussian", "sigma": 0.004}}}, all
 * lengths in one unit, {@code attenuation} per unit of it as in {@link ParallelBeamCtFactory}. May
 * be left out: {@code attenuation}, {@code startDegrees} and {@code filter}, alike; {@code
 * angleRangeDegrees}, 360, what the views divide; {@code detector}, {@code flat}, or {@code curved}
 * about the source; {@code centre}, the bin that the ray through the axis of rotation meets, the
 * middle of the detector. Angles and directions are those of {@link FanBeamGeometry}; a negative
 * range turns the other way.
 */
public final class FanBeamCtFactory implements OperatorFactory {
  private static final String FLAT = "flat";
  private static final String CURVED = "curved";

  @Override
  public String kind() {
    return ComputedTomography.FAN;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    int views = fields.integer("views", 1, CtFields.MOST);
    int bins = fields.integer("detectorBins", 1, CtFields.MOST);
    double range = fields.number("angleRangeDegrees", 360);
    if (!(Math.abs(range) > 0 && Math.abs(range) <= 360)) {
      throw new IllegalArgumentException(
          fields.where() + ": angleRangeDegrees must be in [-360, 360] and not 0, got " + range);
    }
    double binSize = fields.positive("binSize");
    double sourceToOrigin = fields.positive("sourceToOrigin");
    double sourceToDetector = fields.positive("sourceToDetector");
    double pixel = fields.positive("pixelSize");
    String detector =
        fields.has("detector") ? fields.choice("detector", Set.of(FLAT, CURVED)) : FLAT;
    var description =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", kind())
            .put("views", views)
            .put("angleRangeDegrees", range)
            .put("detectorBins", bins)
            .put("binSize", binSize)
            .put("sourceToOrigin", sourceToOrigin)
            .put("sourceToDetector", sourceToDetector)
            .put("pixelSize", pixel)
            .put("detector", detector);
    double start = CtFields.optional(fields, description, "startDegrees", 0);
    double centre = CtFields.optional(fields, description, "centre", (bins - 1) / 2.0);
    var geometry =
        new FanBeamGeometry(
            shape,
            pixel,
            ViewAngles.even(views, start, range, 360),
            bins,
            binSize,
            centre,
            sourceToOrigin,
            sourceToDetector,
            detector.equals(CURVED));
    require(fields, geometry);
    return CtFields.create(fields, description, geometry);
  }

  private static void require(JsonFields fields, FanBeamGeometry geometry) {
    var shape = geometry.shape();
    double reach = geometry.pixel() * Math.hypot(shape.height(), shape.width()) / 2;
    if (!(geometry.sourceToOrigin() > reach)) {
      throw new IllegalArgumentException(
          "%s: the source must stand outside the image, whose corners are %.6g from the axis;"
                  .formatted(fields.where(), reach)
              + " sourceToOrigin is "
              + geometry.sourceToOrigin());
    }
    double widest =
        Math.max(geometry.centre(), geometry.bins() - 1 - geometry.centre())
            * geometry.binSize()
            / geometry.sourceToDetector();
    if (!(widest < (geometry.curved() ? Math.PI / 2 : 1e3))) {
      throw new IllegalArgumentException(
          fields.where()
              + ": the rays to the ends of the detector must be less than a quarter of"
              + " a turn from its middle, see binSize, centre and sourceToDetector");
    }
  }
}
