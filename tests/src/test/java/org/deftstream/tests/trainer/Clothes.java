package org.deftstream.tests.trainer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.image.Png;

/** The 2,000 photographs of clothes that ship with the demo, which the prior was not trained on. */
public final class Clothes {
  /** How many there are. */
  public static final int COUNT = 2_000;

  private static final String SHEET = "/demo-data/fashion-mnist-train/sheet.png";
  private static final int COLUMNS = 40;
  private static final int INNER = 28;
  private static final int SIDE = 32;
  private static final int MARGIN = (SIDE - INNER) / 2;

  private final GreyImage sheet;

  private Clothes(GreyImage sheet) {
    this.sheet = sheet;
  }

  /** Reads them. */
  public static Clothes read() {
    try (InputStream in = Clothes.class.getResourceAsStream(SHEET)) {
      return new Clothes(Png.read(in, SHEET));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of them, 32x32, flat, in [-1, 1]; after the last one they come again. */
  public float[] picture(int number) {
    int place = number % COUNT;
    var picture = new float[SIDE * SIDE];
    Arrays.fill(picture, -1);
    for (int y = 0; y < INNER; y++) {
      int row = place / COLUMNS * INNER + y;
      System.arraycopy(
          sheet.values(),
          row * sheet.width() + place % COLUMNS * INNER,
          picture,
          (MARGIN + y) * SIDE + MARGIN,
          INNER);
    }
    return picture;
  }
}
