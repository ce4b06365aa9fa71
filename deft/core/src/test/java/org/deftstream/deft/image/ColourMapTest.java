package org.deftstream.deft.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ColourMapTest {
  @Test
  void shouldGrowLighterFromEndToEnd() {
    double last = -1;
    for (int i = 0; i <= 100; i++) {
      double lightness = luminance(ColourMap.rgb(i / 100.0));
      assertThat(lightness).as("at %d %%", i).isGreaterThan(last);
      last = lightness;
    }
  }

  @Test
  void shouldClipWhatIsOutOfRange() {
    assertThat(ColourMap.rgb(-1)).isEqualTo(ColourMap.rgb(0));
    assertThat(ColourMap.rgb(2)).isEqualTo(ColourMap.rgb(1));
  }

  private static double luminance(int rgb) {
    return 0.2126 * (rgb >> 16 & 255) + 0.7152 * (rgb >> 8 & 255) + 0.0722 * (rgb & 255);
  }
}
