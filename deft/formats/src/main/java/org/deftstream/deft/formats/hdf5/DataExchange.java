package org.deftstream.deft.formats.hdf5;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.Sample;

/**
 * Data Exchange, the files of synchrotrons' tomography: counts of views x rows x columns with white
 * and dark fields. Each row of the detector is a sample of views x columns: line integrals, {@code
 * -log((data - dark) / (white - dark))} with the means of the fields; counts below a thousandth of
 * the white field count as that. Auxiliary: {@code theta} in degrees, {@code white} (counts of the
 * beam less the dark ones) for the weight of each ray. Stateless.
 */
final class DataExchange {
  private static final String DATA = "exchange/data";
  private static final String WHITE = "exchange/data_white";
  private static final String DARK = "exchange/data_dark";
  private static final String THETA = "exchange/theta";
  private static final double LEAST = 1e-3;

  private DataExchange() {}

  static boolean is(Hdf5Arrays arrays) {
    return arrays.has(DATA) && arrays.has(WHITE) && arrays.has(DARK);
  }

  static FileContent read(Hdf5Arrays arrays, InputFile file) {
    var data = arrays.load(DATA);
    if (data.complex() || data.rank() != 3) {
      throw file.problem(DATA + " should be views x rows x columns, but is " + data.describe());
    }
    int views = data.shape()[0];
    int rows = data.shape()[1];
    int columns = data.shape()[2];
    float[] white = mean(arrays.load(WHITE), rows, columns, file);
    float[] dark = mean(arrays.load(DARK), rows, columns, file);
    for (int i = 0; i < white.length; i++) {
      white[i] -= dark[i];
      if (!(white[i] > 0)) {
        throw file.problem("the white field is not brighter than the dark one at pixel " + i);
      }
    }
    var shared = new LinkedHashMap<String, NumericArray>();
    if (arrays.has(THETA)) {
      shared.put("theta", arrays.load(THETA));
    }
    return FileContent.of(
        rows,
        row -> {
          var values = new float[views * columns];
          for (int view = 0; view < views; view++) {
            for (int column = 0; column < columns; column++) {
              int pixel = row * columns + column;
              double counts = data.values()[view * rows * columns + pixel] - dark[pixel];
              values[view * columns + column] =
                  (float) -Math.log(Math.max(LEAST, counts / white[pixel]));
            }
          }
          Map<String, NumericArray> auxiliary = new LinkedHashMap<>(shared);
          auxiliary.put("white", NumericArray.of(white, rows, columns).part(1, row));
          return new Sample(
              NumericArray.of(values, views, columns),
              "",
              Optional.empty(),
              Geometry.UNKNOWN,
              auxiliary);
        },
        List.of("counts are read as line integrals"));
  }

  private static float[] mean(NumericArray field, int rows, int columns, InputFile file) {
    int size = rows * columns;
    if (field.complex() || field.values().length % size != 0) {
      throw file.problem("a field is " + field.describe() + ", the data have other pixels");
    }
    var mean = new float[size];
    int count = field.values().length / size;
    for (int i = 0; i < size; i++) {
      double sum = 0;
      for (int each = 0; each < count; each++) {
        sum += field.values()[each * size + i];
      }
      mean[i] = (float) (sum / count);
    }
    return mean;
  }
}
