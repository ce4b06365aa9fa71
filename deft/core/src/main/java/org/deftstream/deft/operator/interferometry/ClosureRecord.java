package org.deftstream.deft.operator.interferometry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A record of {@code interferometry} from the visibilities of an array: what can be trusted
 * although every station errs in phase and gain. Visibilities are averaged over intervals of time;
 * of each interval there are the amplitudes, the closure phases of the triangles at one station,
 * and the log closure amplitudes of the quadrangles at two. Immutable.
 *
 * @param values y
 * @param type its auxiliary input
 * @param uv its auxiliary input
 * @param sigma its auxiliary input
 */
@SuppressWarnings("ArrayRecordComponent") // handed over to the record that is made of them
public record ClosureRecord(float[] values, float[] type, float[] uv, float[] sigma) {

  /** A visibility that is not so many times its noise has no phase and no logarithm. */
  private static final double LEAST_SIGNAL = 2;

  /**
   * A visibility as a correlator's file holds it.
   *
   * @param seconds time
   * @param from first station
   * @param to second station
   * @param u wavelengths
   * @param v wavelengths
   * @param real Jansky
   * @param imaginary Jansky
   * @param sigma standard deviation of both parts, above 0
   */
  public record Visibility(
      double seconds,
      int from,
      int to,
      double u,
      double v,
      double real,
      double imaginary,
      double sigma) {

    private Visibility reversed() {
      return new Visibility(seconds, to, from, -u, -v, real, -imaginary, sigma);
    }

    private double modulus() {
      return Math.hypot(real, imaginary);
    }

    private double phase() {
      return Math.atan2(imaginary, real);
    }

    private double error() {
      return sigma / modulus();
    }
  }

  /**
   * Makes a record.
   *
   * @param interval seconds that are averaged
   * @param gainError part of an amplitude that the stations' gains may be wrong by
   * @param shortest shorter baselines, in wavelengths, are left out: they see what is larger than
   *     the field
   * @throws IllegalArgumentException if nothing is left
   */
  public static ClosureRecord of(
      Collection<Visibility> visibilities, double interval, double gainError, double shortest) {
    var values = new ArrayList<double[]>();
    var places = new ArrayList<List<Visibility>>();
    for (var baselines : averaged(visibilities, interval, shortest).values()) {
      var stations = new TreeSet<Integer>();
      for (var each : baselines.values()) {
        stations.add(each.from());
        stations.add(each.to());
        double square = each.modulus() * each.modulus() - each.sigma() * each.sigma();
        double amplitude = Math.sqrt(Math.max(0, square)); // Noise makes moduli larger.
        double error = Math.hypot(each.sigma(), gainError * amplitude);
        add(values, places, Datum.AMPLITUDE, amplitude, error, List.of(each));
      }
      close(List.copyOf(stations), baselines, values, places);
    }
    if (values.isEmpty()) {
      throw new IllegalArgumentException(
          "no visibility is longer than " + shortest + " wavelengths and above its noise");
    }
    return packed(values, places);
  }

  private static void close(
      List<Integer> stations,
      Map<Long, Visibility> baselines,
      List<double[]> values,
      List<List<Visibility>> places) {
    for (int i = 1; i < stations.size(); i++) {
      for (int j = i + 1; j < stations.size(); j++) {
        int a = stations.get(0);
        int b = stations.get(i);
        int c = stations.get(j);
        var triangle = found(baselines, new int[][] {{a, b}, {b, c}, {c, a}});
        if (triangle.size() == 3) {
          double phase = triangle.stream().mapToDouble(Visibility::phase).sum();
          add(values, places, Datum.CLOSURE_PHASE, Datum.wrapped(phase), error(triangle), triangle);
        }
        int d = stations.get(1);
        var quadrangle = found(baselines, new int[][] {{a, d}, {b, c}, {a, b}, {d, c}});
        if (i > 1 && quadrangle.size() == 4) {
          double sum = 0;
          for (int k = 0; k < 4; k++) {
            sum += (k < 2 ? 1 : -1) * Math.log(quadrangle.get(k).modulus());
          }
          double error = error(quadrangle);
          add(values, places, Datum.LOG_CLOSURE_AMPLITUDE, sum, error, quadrangle);
        }
      }
    }
  }

  private static double error(List<Visibility> of) {
    return Math.sqrt(of.stream().mapToDouble(v -> v.error() * v.error()).sum());
  }

  private static void add(
      List<double[]> values,
      List<List<Visibility>> places,
      Datum type,
      double value,
      double sigma,
      List<Visibility> of) {
    values.add(new double[] {value, type.ordinal(), sigma});
    places.add(of);
  }

  /** Those of the baselines that are there and above their noise, each in its direction. */
  private static List<Visibility> found(Map<Long, Visibility> baselines, int[][] pairs) {
    var found = new ArrayList<Visibility>();
    for (int[] pair : pairs) {
      boolean reversed = pair[0] > pair[1];
      var visibility = baselines.get(reversed ? key(pair[1], pair[0]) : key(pair[0], pair[1]));
      if (visibility != null && visibility.error() * LEAST_SIGNAL < 1) {
        found.add(reversed ? visibility.reversed() : visibility);
      }
    }
    return found;
  }

  private static long key(int from, int to) {
    return (long) from << Integer.SIZE | to;
  }

  /** By interval and baseline: means by weight, of what is above its noise afterwards. */
  private static Map<Long, Map<Long, Visibility>> averaged(
      Collection<Visibility> visibilities, double interval, double shortest) {
    var sums = new TreeMap<Long, Map<Long, Visibility>>();
    for (var given : visibilities) {
      var each = given.from() <= given.to() ? given : given.reversed();
      if (Math.hypot(each.u(), each.v()) < shortest || !(each.sigma() > 0)) {
        continue;
      }
      double weight = 1 / (each.sigma() * each.sigma());
      var weighed =
          new Visibility(
              each.seconds(),
              each.from(),
              each.to(),
              weight * each.u(),
              weight * each.v(),
              weight * each.real(),
              weight * each.imaginary(),
              weight);
      sums.computeIfAbsent((long) Math.floor(each.seconds() / interval), key -> new TreeMap<>())
          .merge(key(each.from(), each.to()), weighed, ClosureRecord::sum);
    }
    sums.values().forEach(baselines -> baselines.replaceAll((key, sum) -> mean(sum)));
    return sums;
  }

  private static Visibility sum(Visibility a, Visibility b) {
    return new Visibility(
        a.seconds(),
        a.from(),
        a.to(),
        a.u() + b.u(),
        a.v() + b.v(),
        a.real() + b.real(),
        a.imaginary() + b.imaginary(),
        a.sigma() + b.sigma());
  }

  private static Visibility mean(Visibility sum) {
    double weight = sum.sigma();
    return new Visibility(
        sum.seconds(),
        sum.from(),
        sum.to(),
        sum.u() / weight,
        sum.v() / weight,
        sum.real() / weight,
        sum.imaginary() / weight,
        1 / Math.sqrt(weight));
  }

  private static ClosureRecord packed(List<double[]> values, List<List<Visibility>> places) {
    int count = values.size();
    var record =
        new ClosureRecord(
            new float[count],
            new float[count],
            new float[count * Scan.PLACES * 2],
            new float[count]);
    for (int i = 0; i < count; i++) {
      record.values[i] = (float) values.get(i)[0];
      record.type[i] = (float) values.get(i)[1];
      record.sigma[i] = (float) values.get(i)[2];
      for (int j = 0; j < places.get(i).size(); j++) {
        record.uv[2 * (i * Scan.PLACES + j)] = (float) places.get(i).get(j).u();
        record.uv[2 * (i * Scan.PLACES + j) + 1] = (float) places.get(i).get(j).v();
      }
    }
    return record;
  }
}
