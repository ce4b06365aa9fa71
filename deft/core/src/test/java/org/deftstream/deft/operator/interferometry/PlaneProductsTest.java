package org.deftstream.deft.operator.interferometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaneProductsTest {
  private static final double PIXEL = 1e-11;

  private final Random random = new Random(1);

  /** More places than products are kept of, too. */
  @ParameterizedTest
  @CsvSource({"16, 16, 40", "9, 12, 40", "1, 7, 5", "7, 1, 5", "5, 4, 1100"})
  void shouldBeATransformThereAndBack(int height, int width, int places) {
    var shape = new ImageShape(height, width, 1);
    var uv = new float[2 * places];
    for (int i = 0; i < uv.length; i++) {
      uv[i] = (float) (2e10 * random.nextGaussian());
    }
    uv[0] = 0; // The flux.
    uv[1] = 0;
    uv[2] = uv[6]; // Two of one place, two of opposite ones.
    uv[3] = uv[7];
    uv[4] = -uv[8];
    uv[5] = -uv[9];
    var visibilities = new Visibilities(uv, shape, PIXEL);
    var a = new float[2 * places];
    for (int i = 0; i < a.length; i++) {
      a[i] = (float) random.nextGaussian();
    }

    var products = new PlaneProducts(visibilities, uv, shape, PIXEL).times(a);

    float tolerance = 1e-4f * shape.size() * (float) Math.sqrt(places);
    assertThat(products)
        .containsExactly(visibilities.of(visibilities.adjoint(a)), within(tolerance));
  }

  @Test
  void shouldAnswerAlikeToThreadsThatAskFirst() {
    var shape = new ImageShape(16, 16, 1);
    var uv = new float[400];
    for (int i = 0; i < uv.length; i++) {
      uv[i] = (float) (2e10 * random.nextGaussian());
    }
    var products = new PlaneProducts(new Visibilities(uv, shape, PIXEL), uv, shape, PIXEL);
    assertThat(products.computed()).isFalse();

    var answers = IntStream.range(0, 64).parallel().mapToObj(i -> products.times(uv)).toList();

    assertThat(products.computed()).isTrue();
    assertThat(answers).allSatisfy(answer -> assertThat(answer).isEqualTo(products.times(uv)));
  }
}
