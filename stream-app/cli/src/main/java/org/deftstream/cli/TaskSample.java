package org.deftstream.cli;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.PhysicalUnits;

/**
 * A measurement from a file, as a task takes it. Immutable by agreement.
 *
 * @param task name of the task
 * @param source where it came from
 * @param values in the units of the scale, or in those of the operator without one
 * @param shape of the measurement, row-major
 * @param image shape of the image that was measured
 * @param auxiliary the operator's auxiliary inputs
 * @param scale what -1 and 1 mean
 * @param geometry where the image lies, with {@link Source#identifiers}
 */
public record TaskSample(
    String task,
    Source source,
    float[] values,
    int[] shape,
    ImageShape image,
    Map<String, NumericArray> auxiliary,
    Optional<IntensityScale> scale,
    Geometry geometry) {
  private static final int ID_BYTES = 16;

  /** The id: of what was measured, for which task, under which name. The same file has the same. */
  public String id() {
    try {
      var hash = MessageDigest.getInstance("SHA-256");
      text(hash, task);
      text(hash, source.file() + "#" + source.slice());
      numbers(hash, values, shape);
      new TreeMap<>(auxiliary)
          .forEach(
              (name, array) -> {
                text(hash, name);
                numbers(hash, array.values(), array.shape());
              });
      scale.ifPresent(each -> text(hash, each.toString()));
      return HexFormat.of().formatHex(Arrays.copyOf(hash.digest(), ID_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void text(MessageDigest hash, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hash.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
    hash.update(bytes);
  }

  private static void numbers(MessageDigest hash, float[] values, int[] shape) {
    text(hash, Arrays.toString(shape));
    var bytes = ByteBuffer.allocate(Math.multiplyExact(4, values.length));
    bytes.asFloatBuffer().put(values);
    hash.update(bytes);
  }

  /**
   * The measurement as the engine takes it.
   *
   * @param operator the task's operator at the shape of the image
   * @throws IllegalArgumentException one line that says what does not fit
   */
  public BoundMeasurement bind(ForwardOperator operator) {
    var bound =
        operator.bind(
            AuxiliaryInputs.read(
                operator,
                auxiliary,
                (name, array, shapes) -> {
                  if (shapes.stream().noneMatch(one -> Arrays.equals(one, array.realShape()))) {
                    throw new IllegalArgumentException(
                        "auxiliary input '%s' is %s, but must be %s"
                            .formatted(name, array, Arrays.toString(shapes.get(0))));
                  }
                  return array.values();
                }));
    float[] physical = values;
    float[] measured =
        bound.measured(
            scale.map(each -> PhysicalUnits.toImageUnits(bound, physical, each)).orElse(physical));
    for (float value : measured) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException("the measurement holds " + value);
      }
    }
    return BoundMeasurement.of(bound, measured);
  }
}
