package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.SplittableRandom;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProximalPointsTest {
  private static final ImageShape SHAPE = new ImageShape(16, 16, 1);
  private static final String GAUSSIAN = "{'type':'gaussian','sigma':0.02}";
  private static final String PHOTONS = "{'type':'poisson','photons':200,'attenuation':3}";

  private static ForwardOperator scan(String noise) {
    return OperatorTestCases.create(
        "{'kind':'ct-parallel','views':9,'detectorBins':23,'noise':%s}".formatted(noise), SHAPE);
  }

  private static float[] image(SplittableRandom random) {
    var image = new float[SHAPE.size()];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) (random.nextDouble() * 1.6 - 0.8);
    }
    return image;
  }

  /** To the bit: what a row becomes may not depend on who is in the batch with it. */
  @ParameterizedTest
  @CsvSource({"1, false", "3, true", "8, false", "17, true", "17, false"})
  void shouldGiveEveryRowWhatItGetsAlone(int count, boolean photons) {
    var operators = new ForwardOperator[] {scan(photons ? PHOTONS : GAUSSIAN), scan(GAUSSIAN)};
    var random = new SplittableRandom(count);
    var rows = new ArrayList<ProximalPoints.Row>();
    for (int i = 0; i < count; i++) {
      var operator = operators[i % 5 == 3 ? 1 : 0];
      var y = operator.simulate(image(random), random);
      double rho = Math.pow(10, -6 + 8 * random.nextDouble());
      rows.add(new ProximalPoints.Row(BoundMeasurement.of(operator, y), image(random), rho));
    }

    var points = ProximalPoints.of(rows);

    assertThat(points).hasDimensions(count, SHAPE.size());
    for (int i = 0; i < count; i++) {
      var row = rows.get(i);
      var alone =
          row.measurement()
              .operator()
              .proximal(row.x0(), row.measurement().measurement(), row.rho());
      assertThat(points[i]).as("row %s", i).isEqualTo(alone);
    }
  }
}
