package org.deftstream.deft.operator.tomography;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.IntensityUnits;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.RayNoise;
import org.deftstream.deft.text.JsonFields;

/**
 * Reads what scans of all beams have in common, and makes the operator: {@code filter}, {@code
 * angles}, {@code attenuation} and {@code noise}. Stateless.
 */
final class CtFields {
  /** Most views, and most bins of a view. */
  static final int MOST = 1 << 14;

  private static final String ATTENUATION = "attenuation";

  private CtFields() {}

  /**
   * Makes the operator. Reads the last fields of a specification.
   *
   * @param description what was read of it, defaults included
   */
  static ForwardOperator create(JsonFields fields, ObjectNode description, ScanGeometry geometry) {
    var window = window(fields);
    description.put("filter", window.label());
    if (fields.has(ComputedTomography.ANGLES)) {
      description.put(
          ComputedTomography.ANGLES, fields.choice(ComputedTomography.ANGLES, Set.of("record")));
    }
    OperatorBounds.requireScan(fields.where(), geometry.shape(), geometry.views(), geometry.bins());
    if (!fields.has(ATTENUATION)) {
      var noise = noise(fields, geometry.shape(), 1);
      fields.refuseUnknown();
      return new ComputedTomography(description, geometry, window, noise);
    }
    double most = fields.positive(ATTENUATION);
    noise(fields, geometry.shape(), most / 2);
    fields.refuseUnknown();
    return new IntensityUnits(
        ATTENUATION,
        most,
        unit ->
            new ComputedTomography(
                description, geometry, window, noise(fields, geometry.shape(), unit)));
  }

  /** A number that a specification states only where it is not the usual one. */
  static double optional(JsonFields fields, ObjectNode description, String name, double usual) {
    double value = fields.number(name, usual);
    if (value != usual) {
      description.put(name, value);
    }
    return value;
  }

  private static RampFilter.Window window(JsonFields fields) {
    if (!fields.has("filter")) {
      return RampFilter.Window.RAM_LAK;
    }
    String label = fields.choice("filter", labels());
    return Arrays.stream(RampFilter.Window.values())
        .filter(candidate -> candidate.label().equals(label))
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> labels() {
    return Arrays.stream(RampFilter.Window.values())
        .map(RampFilter.Window::label)
        .collect(Collectors.toSet());
  }

  /**
   * The noise of each ray, given the rays.
   *
   * @param unit how many units of the record one of the operator is
   */
  private static Function<Projector, RayNoise> noise(
      JsonFields fields, ImageShape shape, double unit) {
    var noise = fields.object("noise");
    if (noise
        .choice("type", Set.of(GaussianNoise.TYPE, PhotonNoise.TYPE))
        .equals(GaussianNoise.TYPE)) {
      double stated = GaussianNoise.readSigma(noise).sigma();
      return projector -> new GaussianNoise(stated / unit, stated);
    }
    var photons = PhotonNoise.Spec.read(noise, fields.has(ATTENUATION));
    var ones = new float[shape.size()];
    Arrays.fill(ones, 1);
    return projector ->
        new PhotonNoise(
            photons.photons(),
            photons.attenuation().orElse(2 * unit),
            photons.attenuation().isPresent(),
            projector.project(ones, shape.channels()),
            projector.project(disc(shape), shape.channels()));
  }

  /** The reference object of {@link PhotonNoise}. */
  private static float[] disc(ImageShape shape) {
    var image = new float[shape.size()];
    double radius = 0.4 * Math.min(shape.height(), shape.width());
    for (int i = 0; i < image.length; i++) {
      int pixel = i / shape.channels();
      double y = pixel / shape.width() + 0.5 - shape.height() / 2.0;
      double x = pixel % shape.width() + 0.5 - shape.width() / 2.0;
      image[i] = x * x + y * y <= radius * radius ? 0 : -1;
    }
    return image;
  }
}
