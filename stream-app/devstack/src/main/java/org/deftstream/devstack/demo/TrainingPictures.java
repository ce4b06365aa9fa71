package org.deftstream.devstack.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.image.Png;

/**
 * The pictures that {@code demo --train} learns from: 2,000 that the prior was not trained on. None
 * of them is among those that the demo measures. Immutable.
 */
public final class TrainingPictures {
  /** How many there are. */
  public static final int COUNT = 2_000;

  private static final String SHEET = "/demo-data/fashion-mnist-train/sheet.png";
  private static final int COLUMNS = 40;
  private static final int INNER = 28;
  private static final int SIDE = 32;
  private static final int MARGIN = (SIDE - INNER) / 2;

  private final GreyImage sheet;

  private TrainingPictures(GreyImage sheet) {
    this.sheet = sheet;
  }

  /** Reads the sheet. */
  public static TrainingPictures read() {
    try (InputStream in = TrainingPictures.class.getResourceAsStream(SHEET)) {
      if (in == null) {
        throw new IOException(SHEET + " is not on the class path");
      }
      return new TrainingPictures(Png.read(in, SHEET));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One picture.
   *
   * @param number 0 or more; after the last one they come again
   * @return 32x32, flat, in [-1, 1], padded with black
   */
  public float[] picture(int number) {
    int place = number % COUNT;
    var picture = new float[SIDE * SIDE];
    Arrays.fill(picture, -1);
    int left = place % COLUMNS * INNER;
    int top = place / COLUMNS * INNER;
    for (int y = 0; y < INNER; y++) {
      System.arraycopy(
          sheet.values(),
          (top + y) * sheet.width() + left,
          picture,
          (MARGIN + y) * SIDE + MARGIN,
          INNER);
    }
    return picture;
  }
}
