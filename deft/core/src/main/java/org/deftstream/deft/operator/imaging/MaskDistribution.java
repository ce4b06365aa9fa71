package org.deftstream.deft.operator.imaging;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.text.JsonFields;

/**
 * How simulated inpainting records draw their masks: the field {@code mask} of a specification. A
 * mask holds 1 for a pixel that was measured and 0 for a hidden one.
 *
 * @param type shape of the holes
 * @param leastHidden least fraction of hidden pixels, above 0
 * @param mostHidden largest fraction of hidden pixels, below 1; each mask draws its fraction
 *     uniformly between the two
 */
record MaskDistribution(Type type, double leastHidden, double mostHidden) {
  /** Shape of the holes. */
  enum Type {
    /** Wandering brush strokes. */
    FREE_FORM,
    /** One rectangle, its sides at most 2:1 before they are rounded to whole pixels. */
    BOX,
    /** Single pixels. */
    RANDOM;

    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  static MaskDistribution read(JsonFields spec) {
    var mask = spec.object("mask");
    String label = mask.choice("type", Set.of("free-form", "box", "random"));
    double least = mask.number("leastHidden");
    double most = mask.number("mostHidden");
    mask.refuseUnknown();
    if (!(least > 0 && least <= most && most < 1)) {
      throw new IllegalArgumentException(
          mask.where()
              + ": 0 < leastHidden <= mostHidden < 1 must hold, got "
              + least
              + " and "
              + most);
    }
    return new MaskDistribution(
        Type.valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_')), least, most);
  }

  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", type.label())
        .put("leastHidden", leastHidden)
        .put("mostHidden", mostHidden);
  }

  /** Draws a mask of {@code height x width}; at least one pixel is hidden and one is not. */
  float[] draw(ImageShape shape, RandomGenerator random) {
    int pixels = shape.height() * shape.width();
    double fraction = leastHidden + (mostHidden - leastHidden) * random.nextDouble();
    int hidden = (int) Math.max(1, Math.min(pixels - 1, Math.round(fraction * pixels)));
    var mask = new float[pixels];
    Arrays.fill(mask, 1);
    switch (type) {
      case FREE_FORM -> strokes(mask, shape, hidden, random);
      case BOX -> box(mask, shape, hidden, random);
      case RANDOM -> scatter(mask, hidden, random);
    }
    return mask;
  }

  private static void strokes(float[] mask, ImageShape shape, int hidden, RandomGenerator random) {
    int height = shape.height();
    int width = shape.width();
    double side = Math.max(height, width);
    int left = hidden;
    while (left > 0) {
      double row = random.nextDouble() * height;
      double column = random.nextDouble() * width;
      double angle = random.nextDouble() * 2 * Math.PI;
      double radius = side * (0.03 + 0.04 * random.nextDouble());
      int length = (int) (side * (0.3 + 0.7 * random.nextDouble()));
      for (int i = 0; i < length && left > 0; i++) {
        left = dab(mask, shape, row, column, radius, left);
        angle += 0.35 * random.nextGaussian();
        row = Math.max(0, Math.min(height - 1, row + Math.sin(angle)));
        column = Math.max(0, Math.min(width - 1, column + Math.cos(angle)));
      }
    }
  }

  private static int dab(
      float[] mask, ImageShape shape, double row, double column, double radius, int left) {
    int fromRow = (int) Math.max(0, Math.floor(row - radius));
    int toRow = (int) Math.min(shape.height() - 1, Math.ceil(row + radius));
    int fromColumn = (int) Math.max(0, Math.floor(column - radius));
    int toColumn = (int) Math.min(shape.width() - 1, Math.ceil(column + radius));
    for (int r = fromRow; r <= toRow; r++) {
      for (int c = fromColumn; c <= toColumn; c++) {
        int pixel = r * shape.width() + c;
        double square = (r - row) * (r - row) + (c - column) * (c - column);
        if (left > 0 && mask[pixel] != 0 && square <= radius * radius) {
          mask[pixel] = 0;
          left--;
        }
      }
    }
    return left;
  }

  private static void box(float[] mask, ImageShape shape, int hidden, RandomGenerator random) {
    double aspect = Math.pow(2, 2 * random.nextDouble() - 1);
    int boxHeight = clamp(Math.sqrt(hidden * aspect), shape.height());
    int boxWidth = clamp((double) hidden / boxHeight, shape.width());
    // Where the image's width stopped the box, it grows downwards instead.
    boxHeight = clamp((double) hidden / boxWidth, shape.height());
    if (boxHeight == shape.height() && boxWidth == shape.width()) {
      boxHeight = Math.max(1, boxHeight - 1);
      boxWidth = boxHeight == shape.height() ? boxWidth - 1 : boxWidth;
    }
    int top = random.nextInt(shape.height() - boxHeight + 1);
    int start = random.nextInt(shape.width() - boxWidth + 1);
    for (int r = top; r < top + boxHeight; r++) {
      Arrays.fill(mask, r * shape.width() + start, r * shape.width() + start + boxWidth, 0);
    }
  }

  private static int clamp(double length, int most) {
    return (int) Math.max(1, Math.min(most, Math.round(length)));
  }

  private static void scatter(float[] mask, int hidden, RandomGenerator random) {
    // Selection sampling (Knuth, algorithm S): exactly so many, every choice equally likely.
    int left = hidden;
    for (int i = 0; i < mask.length; i++) {
      if (random.nextDouble() * (mask.length - i) < left) {
        mask[i] = 0;
        left--;
      }
    }
  }
}
