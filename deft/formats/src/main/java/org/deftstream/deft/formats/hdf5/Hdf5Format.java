package org.deftstream.deft.formats.hdf5;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.SampleStack;
import org.deftstream.deft.formats.SeriesFormat;
import org.deftstream.deft.formats.WriteOptions;

/**
 * HDF5. Read as Data Exchange or ISMRMRD where it is that and no dataset is named; else the dataset
 * that is meant, by its path. Written as one dataset {@code image} of 32-bit floats with the
 * attributes {@code units}, {@code spacing}, {@code orientation} and {@code positions} (one of each
 * slice); complex numbers have a last axis of 2.
 */
public final class Hdf5Format implements SeriesFormat {
  private static final String IMAGE = "image";
  private static final String UNITS = "units";
  private static final String SPACING = "spacing";
  private static final String ORIENTATION = "orientation";
  private static final String POSITIONS = "positions";

  @Override
  public String name() {
    return "hdf5";
  }

  @Override
  public List<String> endings() {
    return List.of(".h5", ".hdf5", ".hdf", ".mrd");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return ImageFormat.begins(head, 0, "\u0089HDF\r\n\u001a\n");
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    byte[] bytes = file.bytes();
    try (var arrays = Hdf5Arrays.of(file, bytes)) {
      if (options.dataset().isEmpty() && DataExchange.is(arrays)) {
        return DataExchange.read(arrays, file);
      }
      if (options.dataset().isEmpty() && Ismrmrd.is(arrays)) {
        return Ismrmrd.read(arrays, file);
      }
      var content = arrays.content(options);
      return arrays.has(IMAGE) && options.dataset().isEmpty()
          ? placed(arrays.hdf().getDatasetByPath(IMAGE), content)
          : content;
    }
  }

  /** What {@link #write} noted. */
  private static FileContent placed(Dataset image, FileContent content) {
    var units = image.getAttribute(UNITS);
    var spacing = image.getAttribute(SPACING);
    double[] positions = numbers(image, POSITIONS);
    double[] orientation = numbers(image, ORIENTATION);
    if (units == null && spacing == null) {
      return content;
    }
    int slices = content.samples().size();
    return FileContent.of(
        slices,
        i ->
            new Sample(
                content.samples().get(i).values(),
                units == null ? "" : String.valueOf(units.getData()),
                Optional.empty(),
                new Geometry(
                    numbers(image, SPACING),
                    positions.length == 3 * slices
                        ? Arrays.copyOfRange(positions, 3 * i, 3 * i + 3)
                        : new double[0],
                    orientation,
                    Map.of()),
                content.samples().get(i).auxiliary()),
        content.notes());
  }

  private static double[] numbers(Dataset image, String name) {
    var attribute = image.getAttribute(name);
    return attribute != null && attribute.getData() instanceof double[] numbers
        ? numbers
        : new double[0];
  }

  @Override
  public List<String> write(Path file, List<Sample> samples, WriteOptions options)
      throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    Path temporary = directory.resolve("." + file.getFileName() + ".tmp");
    Files.deleteIfExists(temporary);
    try {
      try (var hdf = HdfFile.write(temporary)) {
        var stack = SampleStack.of(samples);
        var image = hdf.putDataset(IMAGE, nested(stack.values(), stack.realShape()));
        attributes(samples).forEach(image::putAttribute);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return samples.get(0).geometry().identifiers().containsKey("StudyInstanceUID")
        ? List.of("HDF5 keeps no identifiers of patient and study")
        : List.of();
  }

  private static Map<String, Object> attributes(List<Sample> samples) {
    var first = samples.get(0);
    var attributes = new HashMap<String, Object>();
    if (!first.units().isEmpty()) {
      attributes.put(UNITS, first.units());
    }
    if (first.geometry().spacing().length > 0) {
      attributes.put(SPACING, first.geometry().spacing());
    }
    if (samples.stream().allMatch(sample -> sample.geometry().placed())) {
      attributes.put(ORIENTATION, first.geometry().orientation());
      attributes.put(
          POSITIONS,
          samples.stream().flatMapToDouble(s -> Arrays.stream(s.geometry().position())).toArray());
    }
    return attributes;
  }

  /** Arrays of arrays, which is what jHDF writes. */
  private static Object nested(float[] values, int[] shape) {
    if (shape.length == 1) {
      return values;
    }
    Object all = Array.newInstance(float.class, shape);
    int row = shape[shape.length - 1];
    int rows = Math.toIntExact(NumericArray.count(Arrays.copyOf(shape, shape.length - 1)));
    for (int i = 0; i < rows; i++) {
      Object at = all;
      int rest = i;
      for (int axis = 0; axis < shape.length - 1; axis++) {
        int inner = 1;
        for (int k = axis + 1; k < shape.length - 1; k++) {
          inner *= shape[k];
        }
        at = Array.get(at, rest / inner);
        rest %= inner;
      }
      System.arraycopy(values, i * row, at, 0, row);
    }
    return all;
  }
}
