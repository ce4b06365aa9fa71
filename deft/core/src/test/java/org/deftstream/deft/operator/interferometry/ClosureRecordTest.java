package org.deftstream.deft.operator.interferometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.OperatorTestCases;
import org.deftstream.deft.operator.interferometry.ClosureRecord.Visibility;
import org.junit.jupiter.api.Test;

class ClosureRecordTest {
  private static final ImageShape SHAPE = new ImageShape(32, 32, 1);
  private static final double RADIANS = Math.PI / 180 / 3600 * 1e-6;
  private static final int STATIONS = 5;

  private final Random random = new Random(3);

  /** Two spots of light, in Jansky and microarcseconds east and north. */
  private static final double[][] SPOTS = {{0.4, 12, 5}, {0.25, -9, -14}};

  private static float[] image() {
    var image = OperatorTestCases.filled(SHAPE.size(), -1);
    for (double[] spot : SPOTS) {
      for (int i = 0; i < image.length; i++) {
        double x = (15.5 - i % 32) * 100 / 32 - spot[1];
        double y = (15.5 - i / 32) * 100 / 32 - spot[2];
        double part = Math.exp(-(x * x + y * y) / 32) / (32 * Math.PI) * Math.pow(100.0 / 32, 2);
        image[i] += (float) (spot[0] * part * 2 * 32 * 32 / 3);
      }
    }
    return image;
  }

  /** What five stations see of the spots. */
  private List<Visibility> scan(double sigma) {
    var seen = new ArrayList<Visibility>();
    var stations = new double[STATIONS][2];
    for (var station : stations) {
      station[0] = 3e9 * random.nextGaussian();
      station[1] = 3e9 * random.nextGaussian();
    }
    for (int time = 0; time < 60; time++) {
      for (int a = 0; a < STATIONS; a++) {
        for (int b = a + 1; b < STATIONS; b++) {
          double u = stations[b][0] - stations[a][0];
          double v = stations[b][1] - stations[a][1];
          double re = 0;
          double im = 0;
          for (double[] spot : SPOTS) {
            double decay =
                spot[0]
                    * Math.exp(-2 * Math.PI * Math.PI * (u * u + v * v) * 16 * RADIANS * RADIANS);
            double turn = -2 * Math.PI * (u * spot[1] + v * spot[2]) * RADIANS;
            re += decay * Math.cos(turn);
            im += decay * Math.sin(turn);
          }
          var one =
              new Visibility(
                  time * 10,
                  a,
                  b,
                  u,
                  v,
                  re + sigma * random.nextGaussian(),
                  im + sigma * random.nextGaussian(),
                  sigma);
          seen.add(
              random.nextBoolean()
                  ? one
                  : new Visibility(
                      one.seconds(), b, a, -u, -v, one.real(), -one.imaginary(), sigma));
        }
      }
    }
    return seen;
  }

  private double residual(ClosureRecord record) {
    int count = record.values().length;
    var operator =
        OperatorTestCases.create(OperatorTestCases.INTERFEROMETRY, SHAPE)
            .sizedFor(new int[] {count})
            .bind(Map.of("type", record.type(), "uv", record.uv(), "sigma", record.sigma()));
    return operator.residual(image(), record.values());
  }

  @Test
  void shouldBeExplainedByTheSkyThatWasSeen() {
    var record = ClosureRecord.of(scan(0.02), 120, 0, 1e8);

    assertThat(residual(record)).isCloseTo(1, within(0.25));
    int[] counts = new int[3];
    for (float type : record.type()) {
      counts[(int) type]++;
    }
    assertThat(counts[0]).as("five intervals, ten baselines").isEqualTo(50);
    assertThat(counts[1]).isBetween(10, 30);
    assertThat(counts[2]).isPositive();
  }

  @Test
  void shouldNotMindThePhasesOfTheStations() {
    var wrong = scan(0.005);
    var turned = new ArrayList<Visibility>();
    double[] error = {0.3, -2, 1.1, 2.9, -0.7};
    for (var v : wrong) {
      double turn = error[v.from()] - error[v.to()];
      turned.add(
          new Visibility(
              v.seconds(),
              v.from(),
              v.to(),
              v.u(),
              v.v(),
              v.real() * Math.cos(turn) - v.imaginary() * Math.sin(turn),
              v.real() * Math.sin(turn) + v.imaginary() * Math.cos(turn),
              v.sigma()));
    }
    var before = ClosureRecord.of(wrong, 120, 0, 1e8);
    var after = ClosureRecord.of(turned, 120, 0, 1e8);

    assertThat(after.values()).containsExactly(before.values(), within(1e-4f));
    assertThat(after.type()).isEqualTo(before.type());
  }

  @Test
  void shouldSayWhenNothingIsLeft() {
    assertThatThrownBy(() -> ClosureRecord.of(scan(0.02), 120, 0.1, 1e12))
        .hasMessageContaining("no visibility is longer than");
  }
}
