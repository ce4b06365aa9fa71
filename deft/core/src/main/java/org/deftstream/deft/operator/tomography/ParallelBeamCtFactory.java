package org.deftstream.deft.operator.tomography;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.OperatorFactory;
import org.deftstream.deft.operator.RayNoise;
import org.deftstream.deft.text.JsonFields;

/**
 * Makes {@link ParallelBeamCt} from {@code {"kind": "ct-parallel", "views": 20,
 * "angleRangeDegrees": 180, "detectorBins": 95, "filter": "ram-lak", "noise": {"type": "gaussian",
 * "sigma": 0.01}}}. May be left out: {@code angleRangeDegrees}, 180, and {@code filter}, {@code
 * ram-lak} ({@code hann} is the other one). Low dose is {@code "noise": {"type": "poisson",
 * "photons": 1000, "attenuation": 4}}, {@code attenuation} being the one that is assumed where it
 * is left out.
 */
public final class ParallelBeamCtFactory implements OperatorFactory {
  private static final int MOST = 1 << 14;

  @Override
  public String kind() {
    return ParallelBeamCt.KIND;
  }

  @Override
  public ForwardOperator create(JsonNode spec, ImageShape shape) {
    var fields = JsonFields.of(spec, "operator " + kind());
    fields.text("kind");
    int views = fields.integer("views", 1, MOST);
    int bins = fields.integer("detectorBins", 1, MOST);
    double range = fields.number("angleRangeDegrees", 180);
    if (!(range > 0 && range <= 180)) {
      throw new IllegalArgumentException(
          fields.where() + ": angleRangeDegrees must be in (0, 180], got " + range);
    }
    var window = RampFilter.Window.RAM_LAK;
    if (fields.has("filter")) {
      String label = fields.choice("filter", labels());
      window =
          Arrays.stream(RampFilter.Window.values())
              .filter(candidate -> candidate.label().equals(label))
              .findFirst()
              .orElseThrow();
    }
    var noise = noise(fields, shape);
    fields.refuseUnknown();
    OperatorBounds.requireScan(fields.where(), shape, views, bins);
    return new ParallelBeamCt(new ParallelBeamGeometry(shape, views, range, bins), window, noise);
  }

  private static Function<Projector, RayNoise> noise(JsonFields fields, ImageShape shape) {
    var noise = fields.object("noise");
    if (noise
        .choice("type", Set.of(GaussianNoise.TYPE, PhotonNoise.TYPE))
        .equals(GaussianNoise.TYPE)) {
      var gaussian = GaussianNoise.readSigma(noise);
      return projector -> gaussian;
    }
    var photons = PhotonNoise.Spec.read(noise);
    var ones = new float[shape.size()];
    Arrays.fill(ones, 1);
    return projector ->
        new PhotonNoise(
            photons.photons(),
            photons.attenuation(),
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

  private static Set<String> labels() {
    return Arrays.stream(RampFilter.Window.values())
        .map(RampFilter.Window::label)
        .collect(Collectors.toSet());
  }
}
