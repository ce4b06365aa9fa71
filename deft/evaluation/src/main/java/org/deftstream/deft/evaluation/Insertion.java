package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.text.JsonFields;

/**
 * A disc that is put into an image: metal, which no method can show and is judged outside of, or a
 * lesion, of which every method must show as much as it can. It lies where the image varies least,
 * of some places in its middle. Immutable.
 *
 * @param radius in pixels; pixels whose centre is as near are inside
 * @param level what is added to the image inside, or put in its place
 * @param added which of the two
 */
record Insertion(double radius, double level, boolean added) {
  private static final int PLACES = 64;

  /** Places lie within this part of the shorter side from the middle. */
  private static final double REACH = 0.28;

  /** The ring around a disc, from so many pixels outside of it to so many. */
  private static final double RING_FROM = 1;

  private static final double RING_TO = 3;

  /** Images are empty at -1: nothing is put where there is hardly anything. */
  private static final double EMPTY = -0.8;

  /**
   * Reads {@code {"radius": 2.6, "value": 5}}, metal, or {@code {"radius": 2.4, "add": 0.25}}, a
   * lesion.
   *
   * @throws IllegalArgumentException one line that names the field that is wrong, unknown or
   *     missing
   */
  static Insertion fromJson(JsonFields fields) {
    double radius = fields.within("radius", 0.5, 1000);
    boolean added = fields.has("add");
    if (added == fields.has("value")) {
      throw new IllegalArgumentException(
          fields.where() + ": give either value (metal) or add (a lesion)");
    }
    double level = fields.within(added ? "add" : "value", -100, 100);
    fields.refuseUnknown();
    return new Insertion(radius, level, added);
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("radius", radius)
        .put(added ? "add" : "value", level);
  }

  /**
   * An image with the disc in it.
   *
   * @param image what is measured
   * @param inside indexes of the disc's values
   * @param ring indexes of those around it
   */
  record Placed(float[] image, int[] inside, int[] ring) {
    /** How far the disc stands out in an image: its mean minus that of the ring. */
    double contrast(float[] shown) {
      return mean(shown, inside) - mean(shown, ring);
    }

    private static double mean(float[] values, int[] indexes) {
      double sum = 0;
      for (int i : indexes) {
        sum += values[i];
      }
      return sum / indexes.length;
    }
  }

  /**
   * Puts the disc into an image.
   *
   * @param image not changed
   * @throws IllegalArgumentException if the disc and the ring do not fit into it
   */
  Placed place(float[] image, ImageShape shape, RandomGenerator random) {
    int shorter = Math.min(shape.height(), shape.width());
    if (2 * (radius + RING_TO) + 1 > shorter) {
      throw new IllegalArgumentException(
          "a disc of radius " + radius + " with a ring does not fit into images of " + shape);
    }
    double reach = Math.min(REACH * shorter, (shorter - 1) / 2.0 - radius - RING_TO);
    double[] best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int n = 0; n < PLACES; n++) {
      double angle = random.nextDouble(2 * Math.PI);
      double away = reach * Math.sqrt(random.nextDouble());
      double[] at = {
        Math.rint((shape.height() - 1) / 2.0 + away * Math.sin(angle)),
        Math.rint((shape.width() - 1) / 2.0 + away * Math.cos(angle))
      };
      double deviation = deviation(image, indexes(shape, at, 0, radius + RING_TO));
      if (deviation < least || best == null) {
        least = deviation;
        best = at;
      }
    }
    int[] inside = indexes(shape, best, 0, radius);
    var changed = image.clone();
    for (int i : inside) {
      changed[i] = (float) (added ? changed[i] + level : level);
    }
    return new Placed(changed, inside, indexes(shape, best, radius + RING_FROM, radius + RING_TO));
  }

  /** Standard deviation of some values; larger than any where they are those of nothing. */
  private static double deviation(float[] image, int[] indexes) {
    double sum = 0;
    double squares = 0;
    for (int i : indexes) {
      sum += image[i];
      squares += (double) image[i] * image[i];
    }
    double mean = sum / indexes.length;
    double deviation = Math.sqrt(Math.max(0, squares / indexes.length - mean * mean));
    return mean > EMPTY ? deviation : 1000 - mean;
  }

  /** Indexes of the values between two distances from a place. */
  private static int[] indexes(ImageShape shape, double[] at, double from, double to) {
    List<Integer> found = new ArrayList<>();
    for (int row = 0; row < shape.height(); row++) {
      for (int column = 0; column < shape.width(); column++) {
        double away = Math.hypot(row - at[0], column - at[1]);
        if (away >= from && away <= to) {
          for (int c = 0; c < shape.channels(); c++) {
            found.add((row * shape.width() + column) * shape.channels() + c);
          }
        }
      }
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }
}
