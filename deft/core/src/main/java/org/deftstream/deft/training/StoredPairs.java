package org.deftstream.deft.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.text.FileProblem;

/**
 * Real measurements with their truths, on the heap: one safetensors file for each pair, with the
 * tensors {@code truth}, {@code measurement} and one for each auxiliary input of the operator, the
 * optional ones as the pair has them. Nothing is simulated and nothing mirrored. Immutable.
 */
public final class StoredPairs implements LabelledPairs {
  private final ImageShape shape;
  private final List<Pair> pairs;

  private record Pair(float[] truth, BoundMeasurement measurement) {}

  private StoredPairs(ImageShape shape, List<Pair> pairs) {
    this.shape = shape;
    this.pairs = pairs;
  }

  /**
   * Reads a folder. Every truth is held to its range and to its measurement.
   *
   * @param folder every {@code *.safetensors} in it, in the order of names
   * @throws UserError one line that names the file that is wrong and says what would be right
   */
  public static StoredPairs read(Path folder, ForwardOperator operator, TruthCheck check) {
    if (!Files.isDirectory(folder)) {
      throw new UserError("no pairs at " + folder + ": no such folder");
    }
    var pairs = new ArrayList<Pair>();
    try (var list = Files.list(folder)) {
      var files = list.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
      requireRoom(folder, files.size(), operator, Runtime.getRuntime().maxMemory());
      for (Path file : files) {
        pairs.add(pair(file, operator, check));
      }
    } catch (IOException | UncheckedIOException e) {
      throw new UserError("cannot read pairs from " + folder + ": " + FileProblem.of(e), e);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
    if (pairs.isEmpty()) {
      throw new UserError("no *.safetensors files with pairs in " + folder);
    }
    return new StoredPairs(operator.imageShape(), pairs);
  }

  /** Half of the heap at most, before anything of it is taken: the training needs the rest. */
  static void requireRoom(Path folder, int files, ForwardOperator operator, long heap) {
    var optional = operator.optionalShapes();
    long values =
        operator.imageShape().size()
            + Math.max(
                size(operator.measurementShape()),
                size(operator.measurementShape(optional.keySet())));
    for (var shapes : List.of(operator.auxiliaryShapes(), optional)) {
      values += shapes.values().stream().mapToLong(StoredPairs::size).sum();
    }
    long needed = files * values * Float.BYTES;
    if (needed > heap / 2) {
      throw new UserError(
          "the %d pairs in %s take %d MiB of memory, and the heap has %d MiB; give it more than twice as much with JAVA_OPTS=-Xmx..."
              .formatted(files, folder, needed >> 20, heap >> 20));
    }
  }

  private static long size(int[] shape) {
    return Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact);
  }

  private static Pair pair(Path file, ForwardOperator operator, TruthCheck check) {
    var tensors = new HashMap<>(Safetensors.readData(file).tensors());
    var image = operator.imageShape();
    int[] imageShape = {image.height(), image.width(), image.channels()};
    float[] truth =
        finite(file, "truth", fitting(file, "truth", tensors.remove("truth"), List.of(imageShape)));
    var measurement = tensors.remove("measurement");
    int[] measuredShape = operator.measurementShape(tensors.keySet());
    float[] y = fitting(file, "measurement", measurement, List.of(measuredShape));
    for (String name : tensors.keySet()) {
      if (!operator.auxiliaryShapes().containsKey(name)
          && !operator.optionalShapes().containsKey(name)) {
        throw new UserError(file + ": unknown tensor '" + name + "'");
      }
    }
    try {
      var auxiliary =
          AuxiliaryInputs.read(
              operator,
              tensors,
              (name, tensor, shapes) -> finite(file, name, fitting(file, name, tensor, shapes)));
      TruthCheck.requireRange(truth);
      var bound = operator.bind(auxiliary);
      // What stands where nothing was measured may be anything, NaN too.
      float[] measured = bound.measured(y);
      finite(file, "measurement", measured);
      check.requireConsistent(bound, truth, measured);
      return new Pair(truth, BoundMeasurement.of(bound, measured));
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  private static float[] fitting(Path file, String name, FloatTensor tensor, List<int[]> shapes) {
    if (tensor == null) {
      throw new UserError(file + ": tensor '" + name + "' is missing");
    }
    if (shapes.stream().noneMatch(shape -> Arrays.equals(tensor.shape(), shape))) {
      throw new UserError(
          file
              + ": '"
              + name
              + "' has the shape "
              + Arrays.toString(tensor.shape())
              + "; the task needs "
              + shapes.stream().map(Arrays::toString).collect(Collectors.joining(" or ")));
    }
    return tensor.data();
  }

  private static float[] finite(Path file, String name, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new UserError(file + ": '" + name + "' holds a value that is not finite");
      }
    }
    return values;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public String origin() {
    return "measurements with their truths";
  }

  @Override
  public int size() {
    return pairs.size();
  }

  @Override
  public float[] truth(int index, RandomGenerator random) {
    return pairs.get(index).truth().clone();
  }

  @Override
  public BoundMeasurement measurement(int index, float[] truth, RandomGenerator random) {
    return pairs.get(index).measurement();
  }
}
