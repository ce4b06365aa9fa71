package org.deftstream.deft.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * Real measurements with their truths, on the heap: one safetensors file for each pair, with the
 * tensors {@code truth}, {@code measurement} and one for each auxiliary input of the operator.
 * Nothing is simulated and nothing mirrored. Immutable.
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
      throw new UserError("cannot read pairs from " + folder + ": " + e.getMessage(), e);
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
    long values = operator.imageShape().size() + size(operator.measurementShape());
    for (int[] shape : operator.auxiliaryShapes().values()) {
      values += size(shape);
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
    float[] truth = take(file, tensors, "truth", image.height(), image.width(), image.channels());
    float[] y = tensor(file, tensors, "measurement", operator.measurementShape());
    var auxiliary = new HashMap<String, float[]>();
    operator
        .auxiliaryShapes()
        .forEach((name, shape) -> auxiliary.put(name, take(file, tensors, name, shape)));
    if (!tensors.isEmpty()) {
      throw new UserError(file + ": unknown tensor '" + tensors.keySet().iterator().next() + "'");
    }
    try {
      TruthCheck.requireRange(truth);
      var bound = operator.bind(auxiliary);
      // What stands where nothing was measured may be anything, NaN too.
      float[] measured = bound.measured(y);
      requireFinite(file, "measurement", measured);
      check.requireConsistent(bound, truth, measured);
      return new Pair(truth, BoundMeasurement.of(bound, measured));
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  private static float[] take(
      Path file, Map<String, FloatTensor> tensors, String name, int... shape) {
    float[] values = tensor(file, tensors, name, shape);
    requireFinite(file, name, values);
    return values;
  }

  private static float[] tensor(
      Path file, Map<String, FloatTensor> tensors, String name, int... shape) {
    var tensor = tensors.remove(name);
    if (tensor == null) {
      throw new UserError(file + ": tensor '" + name + "' is missing");
    }
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw new UserError(
          file
              + ": '"
              + name
              + "' has the shape "
              + Arrays.toString(tensor.shape())
              + "; the task needs "
              + Arrays.toString(shape));
    }
    return tensor.data();
  }

  private static void requireFinite(Path file, String name, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new UserError(file + ": '" + name + "' holds a value that is not finite");
      }
    }
  }

  @Override
  public ImageShape shape() {
    return shape;
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
