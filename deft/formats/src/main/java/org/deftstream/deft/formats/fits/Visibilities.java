package org.deftstream.deft.formats.fits;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.Sample;

/**
 * Random groups of a UVFITS file as one sample: complex visibilities in Jansky, one for each group
 * and correlation that has a positive weight, with the auxiliary arrays {@code u}, {@code v}
 * (wavelengths), {@code sigma} (1 over the root of the weight), {@code baseline} (256 times the
 * first station plus the second), {@code time} (days since the first) and {@code correlation} (its
 * number in the group). Stateless.
 */
final class Visibilities {
  private static final int MOST_PARAMETERS = 32;
  private static final int FIELDS = 8;

  private Visibilities() {}

  static FileContent read(ByteBuffer data, FitsHeader header, InputFile file) {
    int[] axes = header.axes();
    int parameters = header.whole("PCOUNT", 0, 0, MOST_PARAMETERS);
    int groups = header.whole("GCOUNT", 1, 1, Integer.MAX_VALUE / 4);
    if (axes.length < 2 || axes[0] != 0 || axes[1] != 3) {
      throw file.problem("has random groups without real part, imaginary part and weight");
    }
    long each = 1;
    for (int i = 2; i < axes.length; i++) {
      each *= axes[i];
    }
    int correlations = (int) each;
    var parameter = new Parameters(header, parameters);
    double frequency = frequency(header, axes, file);
    file.take((long) FIELDS * (Double.BYTES + Float.BYTES) * groups * each, "the visibilities");
    int width = header.width();
    boolean whole = header.number("BITPIX", 0) > 0;
    double slope = header.number("BSCALE", 1);
    double zero = header.number("BZERO", 0);
    int length = parameters + 3 * correlations;
    var rows = new Rows(groups * correlations);
    for (int group = 0; group < groups; group++) {
      int from = header.end() + group * length * width;
      var values = new double[length];
      for (int i = 0; i < length; i++) {
        values[i] = FitsFormat.number(data, from + i * width, width, whole);
      }
      double u = parameter.sum("UU", values) * frequency;
      double v = parameter.sum("VV", values) * frequency;
      for (int i = 0; i < correlations; i++) {
        int at = parameters + 3 * i;
        double weight = values[at + 2] * slope + zero;
        if (weight > 0 && Double.isFinite(weight)) {
          rows.add(
              values[at] * slope + zero,
              values[at + 1] * slope + zero,
              u,
              v,
              1 / Math.sqrt(weight),
              parameter.sum("BASELINE", values),
              parameter.sum("DATE", values),
              i);
        }
      }
    }
    if (rows.count == 0) {
      throw file.problem("has no visibility of a positive weight");
    }
    var sample =
        new Sample(rows.complex(), "Jy", Optional.empty(), Geometry.UNKNOWN, rows.auxiliary());
    return new FileContent(List.of(sample), List.of("station and source tables are not read"));
  }

  /** u and v are in seconds of light; this makes them wavelengths. */
  private static double frequency(FitsHeader header, int[] axes, InputFile file) {
    for (int axis = 2; axis <= axes.length; axis++) {
      if (header.text("CTYPE" + axis).startsWith("FREQ")) {
        return header.number("CRVAL" + axis, 0);
      }
    }
    throw file.problem("has no axis FREQ, so u and v cannot be told in wavelengths");
  }

  /**
   * What stands before the visibilities of a group, by name; names may come twice and are added.
   */
  private record Parameters(FitsHeader header, int count) {
    double sum(String name, double[] values) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        if (header.text("PTYPE" + (i + 1)).startsWith(name)) {
          sum +=
              values[i] * header.number("PSCAL" + (i + 1), 1) + header.number("PZERO" + (i + 1), 0);
        }
      }
      return sum;
    }
  }

  /** Columns that grow together. */
  private static final class Rows {
    private final double[][] columns;
    private int count;

    Rows(int most) {
      columns = new double[FIELDS][most];
    }

    void add(double... row) {
      for (int i = 0; i < FIELDS; i++) {
        columns[i][count] = row[i];
      }
      count++;
    }

    NumericArray complex() {
      var values = new float[2 * count];
      for (int i = 0; i < count; i++) {
        values[2 * i] = (float) columns[0][i];
        values[2 * i + 1] = (float) columns[1][i];
      }
      return new NumericArray(values, true, new int[] {count});
    }

    Map<String, NumericArray> auxiliary() {
      String[] names = {"u", "v", "sigma", "baseline", "time", "correlation"};
      var arrays = new HashMap<String, NumericArray>();
      double start = columns[6][0];
      for (int column = 2; column < FIELDS; column++) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
          values[i] = (float) (columns[column][i] - (column == 6 ? start : 0));
        }
        arrays.put(names[column - 2], NumericArray.of(values, count));
      }
      return arrays;
    }
  }
}
