package org.deftstream.deft.formats.hdf5;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.object.datatype.CompoundDataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.deftstream.deft.formats.ArrayFile;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;

/**
 * The datasets of an HDF5 file by their path without the first slash: whole numbers, floats, and
 * complex numbers as compounds of two. Used by one thread; closed by who opened it.
 */
public final class Hdf5Arrays extends ArrayFile implements AutoCloseable {
  private static final int MOST_NODES = 10_000;
  private static final int DEEPEST = 32;

  private final InputFile file;
  private final HdfFile hdf;
  private final boolean matlab;
  private final Map<String, Dataset> datasets = new LinkedHashMap<>();
  private int nodes;

  private Hdf5Arrays(InputFile file, byte[] bytes, boolean matlab) {
    super(file);
    this.file = file;
    this.matlab = matlab;
    hdf = HdfFile.fromBytes(bytes);
    try {
      collect(hdf, "", 0);
    } catch (RuntimeException | StackOverflowError e) {
      hdf.close();
      throw e;
    }
  }

  /** Opens a file. */
  static Hdf5Arrays of(InputFile file, byte[] bytes) {
    return new Hdf5Arrays(file, bytes, false);
  }

  /** Opens a MAT file of version 7.3: axes reversed, paths with dots. */
  public static Hdf5Arrays ofMatlab(InputFile file, byte[] bytes) {
    return new Hdf5Arrays(file, bytes, true);
  }

  private void collect(Group group, String prefix, int depth) {
    for (Node node : group) {
      if (++nodes > MOST_NODES || depth > DEEPEST) {
        throw file.problem(
            "has more than " + MOST_NODES + " objects, or groups nested beyond " + DEEPEST);
      }
      String name = prefix + node.getName();
      if (matlab && depth == 0 && node.getName().startsWith("#")) {
        continue;
      }
      if (node instanceof Group inner) {
        collect(inner, name + (matlab ? "." : "/"), depth + 1);
      } else if (node instanceof Dataset dataset && isNumbers(dataset)) {
        datasets.put(name, dataset);
      }
    }
  }

  private static boolean isNumbers(Dataset dataset) {
    var type = dataset.getDataType();
    return !dataset.isVariableLength()
        && IntStream.of(dataset.getDimensions()).allMatch(length -> length > 0)
        && (type instanceof FixedPoint || type instanceof FloatingPoint || isComplex(dataset));
  }

  private static boolean isComplex(Dataset dataset) {
    return dataset.getDataType() instanceof CompoundDataType compound
        && compound.getMembers().size() == 2
        && compound.getMembers().stream()
            .allMatch(member -> member.getDataType() instanceof FloatingPoint);
  }

  /** The file itself, for what is no plain array. */
  HdfFile hdf() {
    return hdf;
  }

  /** Whether there is a dataset of numbers at a path. */
  boolean has(String path) {
    return datasets.containsKey(path);
  }

  @Override
  protected Map<String, int[]> shapes() {
    var shapes = new LinkedHashMap<String, int[]>();
    datasets.forEach(
        (name, dataset) ->
            shapes.put(
                name, NumericArray.realShape(axes(dataset.getDimensions()), isComplex(dataset))));
    return shapes;
  }

  private int[] axes(int[] stored) {
    return matlab
        ? IntStream.range(0, stored.length).map(i -> stored[stored.length - 1 - i]).toArray()
        : stored;
  }

  @Override
  protected NumericArray load(String name) {
    var dataset = datasets.get(name);
    var numbers = Hdf5Numbers.read(dataset, isComplex(dataset), name, file);
    if (!matlab || numbers.rank() < 2) {
      return numbers;
    }
    file.take((long) numbers.values().length * Float.BYTES, name + " in MATLAB's order");
    return numbers.transposed();
  }

  @Override
  public void close() {
    hdf.close();
  }
}
