package org.deftstream.deft.operator;

import java.util.Optional;
import org.deftstream.deft.image.ImageShape;

/**
 * Measurements that are images themselves: of the image's own size, or larger or smaller by a whole
 * factor on each side. Immutable.
 *
 * @param channels of the image and of the measurement
 * @param times how many pixels of the measurement lie along one of the image
 * @param over how many pixels of the image lie along one of the measurement
 */
public record ImageSized(int channels, int times, int over) {
  /** Measurements of the image's own size. */
  public static ImageSized same(int channels) {
    return new ImageSized(channels, 1, 1);
  }

  /** The image of a measurement; empty if there is none. */
  public Optional<ImageShape> imageOf(int[] measured) {
    if (measured.length != 3
        || measured[2] != channels
        || measured[0] < 1
        || measured[1] < 1
        || measured[0] % times != 0
        || measured[1] % times != 0) {
      return Optional.empty();
    }
    long height = (long) measured[0] / times * over;
    long width = (long) measured[1] / times * over;
    return Math.max(height, width) > Integer.MAX_VALUE
        ? Optional.empty()
        : Optional.of(new ImageShape((int) height, (int) width, channels));
  }

  /** What {@link #imageOf} takes, for a message. */
  public String form() {
    String factor = times > 1 ? times + " * " : "";
    String divided = over > 1 ? " / " + over : "";
    return "[" + factor + "height" + divided + ", " + factor + "width" + divided + ", " + channels
        + "]";
  }
}
