package org.deftstream.deft.operator.interferometry;

import java.util.Arrays;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Baselines for simulated records. Stateless and thread-safe. */
final class SimulatedArray {
  private static final int STATIONS = 8;

  /** Stations from and to of the places of a value: round a triangle, or across four stations. */
  private static final int[][] TRIANGLE = {{0, 1}, {1, 2}, {2, 0}, {0, 0}};

  private static final int[][] QUADRANGLE = {{0, 1}, {2, 3}, {0, 2}, {1, 3}};

  private SimulatedArray() {}

  /**
   * Baselines of eight stations here and there; by turns an amplitude, a closure phase and a log
   * closure amplitude.
   *
   * @param reach how far stations are from the middle at most, along either axis, in wavelengths
   * @param level standard deviation of all values
   * @return the auxiliary inputs of {@link Interferometer}
   */
  static Map<String, float[]> draw(int count, double reach, double level, RandomGenerator random) {
    var stations = new double[STATIONS][2];
    for (var station : stations) {
      station[0] = reach * (2 * random.nextDouble() - 1);
      station[1] = reach * (2 * random.nextDouble() - 1);
    }
    var uv = new float[count * Scan.PLACES * 2];
    var type = new float[count];
    for (int i = 0; i < count; i++) {
      type[i] = i % 3;
      var pairs = type[i] == Datum.LOG_CLOSURE_AMPLITUDE.ordinal() ? QUADRANGLE : TRIANGLE;
      int first = random.nextInt(STATIONS);
      int stride = 1 + 2 * random.nextInt(STATIONS / 2); // Odd: four different stations.
      for (int j = 0; j < Scan.PLACES; j++) {
        var from = stations[(first + stride * pairs[j][0]) % STATIONS];
        var to = stations[(first + stride * pairs[j][1]) % STATIONS];
        uv[2 * (i * Scan.PLACES + j)] = (float) (to[0] - from[0]);
        uv[2 * (i * Scan.PLACES + j) + 1] = (float) (to[1] - from[1]);
      }
    }
    var sigma = new float[count];
    Arrays.fill(sigma, (float) level);
    return Map.of(Interferometer.UV, uv, Interferometer.TYPE, type, Interferometer.SIGMA, sigma);
  }
}
