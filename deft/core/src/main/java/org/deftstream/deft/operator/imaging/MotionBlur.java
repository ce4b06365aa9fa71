package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.Resampling;
import org.deftstream.deft.linalg.SparseMatrix;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.GradientSolved;
import org.deftstream.deft.operator.ImageSized;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.OperatorBounds;
import org.deftstream.deft.operator.ProximalForm;

/**
 * Blur of a camera that moves while it exposes, kind {@code motion-blur}: each pixel is the mean of
 * the image along a straight line of {@code length} pixels through it, at {@code angleDegrees} from
 * the horizontal, counter-clockwise, interpolated linearly. The image is reflected at its border.
 * The pseudo-inverse is a stated surrogate: least squares with rho = {@code (2 sigma)^2}. Immutable
 * and thread-safe.
 */
final class MotionBlur extends GradientSolved {
  static final String KIND = "motion-blur";

  private final double length;
  private final double angleDegrees;
  private final SparseMatrix matrix;
  private final SparseMatrix transpose;

  MotionBlur(ImageShape shape, GaussianNoise noise, double length, double angleDegrees) {
    super(KIND, shape, noise);
    this.length = length;
    this.angleDegrees = angleDegrees;
    matrix = matrix();
    transpose = matrix.transpose();
  }

  @Override
  protected void describe(ObjectNode spec) {
    spec.put("length", length).put("angleDegrees", angleDegrees);
  }

  @Override
  protected Optional<ImageSized> sized() {
    return Optional.of(ImageSized.same(channels()));
  }

  @Override
  public long bytesAt(ImageShape shape) {
    return OperatorBounds.motionBytes(shape, length);
  }

  /** That of images: {@link MeasurementRange#OF_IMAGES}. */
  @Override
  public MeasurementRange measurementRange() {
    return MeasurementRange.OF_IMAGES;
  }

  @Override
  public float[] measure(float[] image) {
    requireImage(image);
    return matrix.multiply(image, channels());
  }

  @Override
  public float[] adjoint(float[] measurement) {
    requireMeasurement(measurement);
    return transpose.multiply(measurement, channels());
  }

  @Override
  public float[] pseudoInverse(float[] measurement) {
    return solve(measurement, 4 * noiseSigma() * noiseSigma());
  }

  /** The {@link #pseudoInverse} of {@code y - A x0Hat}. */
  @Override
  public float[] likelihoodGradient(float[] x0Hat, float[] measurement) {
    return pseudoInverse(misfit(x0Hat, measurement));
  }

  @Override
  public Optional<ProximalForm> proximalForm() {
    return Optional.of(
        new ProximalForm.Matrix(
            matrix.rows(),
            matrix.columns(),
            matrix.indices(),
            matrix.values(),
            new ProximalForm.Gradients(ITERATIONS, TOLERANCE)));
  }

  /** A pixel that is seen, counted from the one that sees it, and with which weight. */
  private record Seen(int down, int across, double weight) {}

  /** What every pixel sees: many points of the line lie between the same pixels. */
  private List<Seen> line() {
    int points = 4 * (int) Math.ceil(length) + 1;
    double across = Math.cos(Math.toRadians(angleDegrees));
    double down = -Math.sin(Math.toRadians(angleDegrees));
    var weights = new TreeMap<Integer, Map<Integer, Double>>();
    for (int p = 0; p < points; p++) {
      double along = length * ((p + 0.5) / points - 0.5);
      double y = along * down;
      double x = along * across;
      for (int corner = 0; corner < 4; corner++) {
        int r = (int) Math.floor(y) + corner / 2;
        int c = (int) Math.floor(x) + corner % 2;
        double weight = (1 - Math.abs(y - r)) * (1 - Math.abs(x - c)) / points;
        weights.computeIfAbsent(r, row -> new TreeMap<>()).merge(c, weight, Double::sum);
      }
    }
    var line = new ArrayList<Seen>();
    weights.forEach((r, row) -> row.forEach((c, weight) -> line.add(new Seen(r, c, weight))));
    return line;
  }

  private SparseMatrix matrix() {
    int height = imageShape().height();
    int width = imageShape().width();
    var builder = new SparseMatrix.Builder(height * width);
    var line = line();
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        for (var seen : line) {
          int r = Resampling.mirrored(row + seen.down(), height);
          int c = Resampling.mirrored(column + seen.across(), width);
          builder.add(r * width + c, seen.weight());
        }
        builder.endRow();
      }
    }
    return builder.build();
  }
}
