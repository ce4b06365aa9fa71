package org.deftstream.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.schemas.avro.Tensor;

/** An answer as what is written into a file. Stateless. */
public final class ReceivedAnswer {
  private static final IntensityScale IDENTITY = new IntensityScale(1, 0, "");
  private static final int LONGEST = 100;

  private ReceivedAnswer() {}

  /**
   * The images of an answer.
   *
   * @throws IllegalArgumentException if they are none
   */
  public static ResultFiles.Result result(Reconstruction answer) {
    var identifiers =
        answer.getGeometry() == null
            ? Map.<String, String>of()
            : answer.getGeometry().getIdentifiers();
    var source = Source.of(identifiers).orElseGet(() -> named(answer.getMeasurementId()));
    return new ResultFiles.Result(
        answer.getMeasurementId(),
        source,
        image(answer, "mean", answer.getMean()),
        Optional.ofNullable(answer.getStandardDeviation())
            .map(deviation -> image(answer, "standardDeviation", deviation)));
  }

  /** Of a record that was not sent from a file. */
  private static Source named(String id) {
    String plain = id.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^\\.+", "_");
    String name = plain.isEmpty() ? "_" : plain.substring(0, Math.min(LONGEST, plain.length()));
    return new Source(name + ".npy", "npy", 0, 1);
  }

  private static Sample image(Reconstruction answer, String name, Tensor tensor) {
    float[] values = Tensors.toFloats(name, tensor);
    int[] shape = Tensors.shape(tensor);
    if (shape.length != 3) {
      throw new IllegalArgumentException(name + " has " + shape.length + " axes, not 3");
    }
    var scale = Optional.ofNullable(answer.getScale()).map(ReceivedAnswer::scale);
    return new Sample(
        shape[2] == 1
            ? NumericArray.of(values, shape[0], shape[1])
            : NumericArray.of(values, shape),
        scale.map(IntensityScale::units).orElse(""),
        Optional.of(scale.orElse(IDENTITY)),
        geometry(answer),
        Map.of());
  }

  private static IntensityScale scale(org.deftstream.schemas.avro.IntensityScale scale) {
    return new IntensityScale(scale.getSlope(), scale.getIntercept(), scale.getUnits());
  }

  private static Geometry geometry(Reconstruction answer) {
    var found = answer.getGeometry();
    return found == null
        ? Geometry.UNKNOWN
        : new Geometry(
            numbers(found.getSpacing()),
            numbers(found.getPosition()),
            numbers(found.getOrientation()),
            found.getIdentifiers());
  }

  private static double[] numbers(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
