package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DemoImagesTest {
  @Test
  void shouldShipSlicesOfTheHeadInTheGreyLevelsOfThePrior() {
    var slices = DemoImages.HEAD_CT.spread(1_000);

    assertThat(slices).hasSize(104);
    assertThat(slices)
        .allSatisfy(
            slice -> {
              assertThat(slice.picture().width()).isEqualTo(64);
              assertThat(slice.picture().height()).isEqualTo(64);
              float least = Float.POSITIVE_INFINITY;
              for (float value : slice.picture().values()) {
                least = Math.min(least, value);
              }
              assertThat(least).isEqualTo(25 / 127.5f - 1);
            });
  }

  @Test
  void shouldShipPicturesOfThePriorsSize() {
    var pictures = DemoImages.FASHION.spread(1_000);

    assertThat(pictures).hasSize(128);
    assertThat(pictures).allMatch(p -> p.picture().values().length == 32 * 32);
    assertThat(pictures).allMatch(p -> p.picture().values()[0] == -1);
  }

  @Test
  void shouldSpreadOverTheWholeScan() {
    var names = DemoImages.HEAD_CT.spread(4).stream().map(DemoImages.Named::name).toList();

    assertThat(names).isEqualTo(List.of("013", "039", "065", "091"));
  }
}
