package org.deftstream.deft.operator.phase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.PHASE;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.moved;
import static org.deftstream.deft.operator.OperatorTestCases.picture;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.Arrays;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.junit.jupiter.api.Test;

class PhaseRetrievalTest {
  private static final int SIDE = 16;
  private static final ForwardOperator OPERATOR = create(PHASE, new ImageShape(SIDE, SIDE, 1));
  private static final float[] DISC =
      picture(SIDE, (x, y) -> (x - 0.2) * (x - 0.2) + y * y < 0.3, 0.6f);

  @Test
  void shouldMeasureTheModuliOfTheDefinition() {
    var small = create(PHASE, new ImageShape(4, 4, 1));
    var x = uniform(16, new Random(1));

    var y = small.measure(x);

    for (int k = 0; k < 64; k++) {
      double real = 0;
      double imaginary = 0;
      for (int i = 0; i < 16; i++) {
        double angle = -2 * Math.PI * ((k / 8) * (i / 4) + (k % 8) * (i % 4)) / 8;
        real += (x[i] + 1) / 2 * Math.cos(angle);
        imaginary += (x[i] + 1) / 2 * Math.sin(angle);
      }
      assertThat((double) y[k]).isCloseTo(Math.hypot(real, imaginary) / 8, within(1e-6));
    }
  }

  @Test
  void shouldNotTellAnImageFromItsHalfTurn() {
    var turned = new float[DISC.length];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = DISC[DISC.length - 1 - i];
    }

    assertThat(OPERATOR.measure(turned)).containsExactly(OPERATOR.measure(DISC), within(1e-5f));
  }

  @Test
  void shouldGuardModuliOfZero() {
    var black = new float[SIDE * SIDE];
    Arrays.fill(black, -1);

    assertThat(OPERATOR.vectorJacobian(black, OPERATOR.measure(DISC))).containsOnly(0f);
  }

  @Test
  void shouldNeverClimbByAWholeStepOfTheGradient() {
    var y = OPERATOR.simulate(DISC, new Random(2));
    var x = uniform(SIDE * SIDE, new Random(3));
    double before = OPERATOR.residual(x, y);
    for (int i = 0; i < 20; i++) {
      x = moved(x, OPERATOR.likelihoodGradient(x, y), 1);
      double after = OPERATOR.residual(x, y);
      assertThat(after).isLessThan(before);
      before = after;
    }
  }

  @Test
  void shouldLeaveTheTruthAloneInItsStepFeatures() {
    var features = OPERATOR.stepFeatures(DISC, OPERATOR.measure(DISC));

    assertThat(OPERATOR.stepFeatureChannels()).isEqualTo(2);
    for (int i = 0; i < DISC.length; i++) {
      assertThat(features[2 * i]).isCloseTo(DISC[i], within(1e-4f));
      assertThat(features[2 * i + 1]).isCloseTo(DISC[i], within(1e-4f));
    }
  }

  @Test
  void shouldComeCloserToTheMeasurementInItsStepFeatures() {
    var y = OPERATOR.simulate(DISC, new Random(4));
    var estimate = moved(DISC, uniform(DISC.length, new Random(5)), 0.5);

    var features = OPERATOR.stepFeatures(estimate, y);

    assertThat(OPERATOR.stepFeatures(estimate, y)).containsExactly(features);
    var inverse = new float[DISC.length];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = features[2 * i + 1];
    }
    assertThat(OPERATOR.residual(inverse, y)).isLessThan(0.7 * OPERATOR.residual(estimate, y));
  }
}
