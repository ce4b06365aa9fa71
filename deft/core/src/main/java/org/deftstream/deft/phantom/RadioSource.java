package org.deftstream.deft.phantom;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Compact sources of radio waves as an interferometer may see them: rings that are brighter on one
 * side, discs, crescents, and one to five blobs, some in a faint wide glow. Of any of these sizes,
 * from a tenth of the image to most of it, so that no size is taken for granted. Immutable and
 * thread-safe.
 */
public final class RadioSource implements Phantom {
  /** Brightness at a place; the image is 1 high and wide, x to the right, y down. */
  private interface Part {
    double at(double x, double y);
  }

  @Override
  public float[] draw(int size, RandomGenerator random) {
    Phantom.requireSize(size);
    var parts = parts(random);
    var values = new float[size * size];
    float brightest = 0;
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        double x = (column + 0.5) / size;
        double y = (row + 0.5) / size;
        float value = (float) parts.stream().mapToDouble(part -> part.at(x, y)).sum();
        values[row * size + column] = value;
        brightest = Math.max(brightest, value);
      }
    }
    float scale = (float) random.nextDouble(0.3, 1) / brightest;
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return values;
  }

  private static List<Part> parts(RandomGenerator random) {
    var parts = new ArrayList<Part>();
    double x = random.nextDouble(0.38, 0.62);
    double y = random.nextDouble(0.38, 0.62);
    switch (random.nextInt(4)) {
      case 0, 1 -> parts.add(ring(x, y, random));
      case 2 -> parts.add(disc(x, y, random));
      default -> {
        int blobs = 1 + random.nextInt(5);
        for (int i = 0; i < blobs; i++) {
          parts.add(
              blob(
                  random.nextDouble(0.25, 0.75),
                  random.nextDouble(0.25, 0.75),
                  random.nextDouble(0.02, 0.12),
                  random.nextDouble(0.2, 1),
                  random));
        }
      }
    }
    if (random.nextInt(3) == 0) {
      double wide = random.nextDouble(0.12, 0.25);
      parts.add(blob(x, y, wide, random.nextDouble(0.02, 0.25), random));
    }
    return parts;
  }

  /** A ring, wide or thin, brighter on one side; a disc with a hole where the edges meet. */
  private static Part ring(double x, double y, RandomGenerator random) {
    double radius = random.nextDouble(0.06, 0.33);
    double width = radius * random.nextDouble(0.12, 0.5);
    double round = random.nextDouble(0.8, 1);
    double turn = random.nextDouble(Math.PI);
    double bright = random.nextDouble(2 * Math.PI);
    double contrast = random.nextDouble(0, 0.95);
    double second = random.nextDouble(0, 0.4);
    double secondAt = random.nextDouble(2 * Math.PI);
    return (px, py) -> {
      double dx = px - x;
      double dy = py - y;
      double along = dx * Math.cos(turn) + dy * Math.sin(turn);
      double across = (dy * Math.cos(turn) - dx * Math.sin(turn)) / round;
      double off = (Math.hypot(along, across) - radius) / width;
      double angle = Math.atan2(dy, dx);
      double around =
          1 + contrast * Math.cos(angle - bright) + second * Math.cos(2 * (angle - secondAt));
      return Math.max(0, around) * Math.exp(-off * off / 2);
    };
  }

  /** A disc with a soft edge; a crescent where a second disc covers part of it. */
  private static Part disc(double x, double y, RandomGenerator random) {
    double radius = random.nextDouble(0.06, 0.3);
    double soft = radius * random.nextDouble(0.05, 0.3);
    double angle = random.nextDouble(2 * Math.PI);
    double shift = radius * random.nextDouble(0.1, 0.8);
    double covered = random.nextBoolean() ? 0 : random.nextDouble(0.5, 1);
    double inner = radius * random.nextDouble(0.5, 1);
    double cx = x + shift * Math.cos(angle);
    double cy = y + shift * Math.sin(angle);
    return (px, py) ->
        soft(radius - Math.hypot(px - x, py - y), soft)
            * (1 - covered * soft(inner - Math.hypot(px - cx, py - cy), soft));
  }

  private static double soft(double inside, double over) {
    return 1 / (1 + Math.exp(-2 * inside / over));
  }

  private static Part blob(double x, double y, double wide, double bright, RandomGenerator random) {
    double narrow = wide * random.nextDouble(0.4, 1);
    double turn = random.nextDouble(Math.PI);
    return (px, py) -> {
      double along = ((px - x) * Math.cos(turn) + (py - y) * Math.sin(turn)) / wide;
      double across = ((py - y) * Math.cos(turn) - (px - x) * Math.sin(turn)) / narrow;
      return bright * Math.exp(-(along * along + across * across) / 2);
    };
  }
}
