package org.deftstream.deft.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.OperatorTestCases;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;

class BandMatrixTest {
  private static final ImageShape SHAPE = new ImageShape(6, 9, 2);

  @Test
  void shouldMultiplyAsTheFullMatrixDoes() {
    var random = new Random(1);
    var down = band(SHAPE.height(), random);
    var across = band(SHAPE.width(), random);
    var image = OperatorTestCases.uniform(SHAPE.size(), random);

    var product =
        BandMatrix.down(down, SHAPE).multiply(BandMatrix.across(across, SHAPE).multiply(image));

    // The same terms in the same order: not a bit differs.
    assertThat(product)
        .containsExactly(
            AxisMatrix.apply(
                new AxisMatrix(down), new AxisMatrix(across), image, SHAPE.channels()));
  }

  /** Not symmetric, and wider above the diagonal. */
  private static RealMatrix band(int side, Random random) {
    var matrix = MatrixUtils.createRealMatrix(side, side);
    for (int row = 0; row < side; row++) {
      for (int column = Math.max(0, row - 1); column < Math.min(side, row + 3); column++) {
        matrix.setEntry(row, column, random.nextGaussian());
      }
    }
    return matrix;
  }
}
