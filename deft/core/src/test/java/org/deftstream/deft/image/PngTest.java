package org.deftstream.deft.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PngTest {
  @Test
  void shouldKeepEveryGreyLevel() throws IOException {
    var values = new float[256];
    for (int i = 0; i < 256; i++) {
      values[i] = i / 127.5f - 1;
    }

    var back = Png.read(new ByteArrayInputStream(Png.write(new GreyImage(16, 16, values))), "x");

    assertThat(back.width()).isEqualTo(16);
    assertThat(back.values()).containsExactly(values, within(1e-6f));
  }

  @Test
  void shouldClipWhatIsOutOfRange() throws IOException {
    var png = Png.write(new GreyImage(2, 1, new float[] {-7, 7}));

    assertThat(Png.read(new ByteArrayInputStream(png), "x").values()).containsExactly(-1, 1);
  }

  @Test
  void shouldRefuseColour() {
    var png = Png.writeRgb(1, 1, new int[] {0x123456});

    assertThatThrownBy(() -> Png.read(new ByteArrayInputStream(png), "a.png"))
        .isInstanceOf(IOException.class)
        .hasMessage("a.png is not an 8-bit grey PNG");
  }
}
