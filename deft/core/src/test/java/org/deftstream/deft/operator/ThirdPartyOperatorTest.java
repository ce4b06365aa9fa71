package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.COLUMN_SUM;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;

class ThirdPartyOperatorTest {
  @Test
  void shouldBeFoundByItsKind() {
    var operator = create(COLUMN_SUM, new ImageShape(4, 6, 1));

    assertThat(operator).isInstanceOf(ColumnSum.class);
    assertThat(BoundMeasurement.of(operator, new float[6]).conditioning()).hasSize(24);
  }

  @Test
  void shouldNeedNothingButTheInterface() {
    var operator = create(COLUMN_SUM, new ImageShape(64, 64, 1));
    var x = uniform(64 * 64, new Random(1));
    var y = operator.simulate(x, new Random(2));

    assertThat(operator.residual(x, y)).isCloseTo(1, within(0.2));
    assertThat(operator.residual(operator.proximal(new float[64 * 64], y, 1e-3), y))
        .isLessThan(0.01);
  }
}
