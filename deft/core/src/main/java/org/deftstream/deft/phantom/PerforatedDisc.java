package org.deftstream.deft.phantom;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Discs of one material with holes: no holes, cells that thin bars part, scattered holes of many
 * outlines, or both. The disc fills most of the image; the material's value is one for all of it.
 * Immutable and thread-safe.
 *
 * <p>The kind of object of the Helsinki Tomography Challenge 2022 (doi 10.5281/zenodo.6984868).
 */
public final class PerforatedDisc implements Phantom {
  private static final int SUBPIXELS = 4;
  private static final int SKETCH = 160;
  private static final double LEAST_HOLE = 0.01;

  /** An outline, and how far the hole goes beyond it, which rounds its corners. */
  private record Hole(Shape outline, double corner) {}

  @Override
  public float[] draw(int size, RandomGenerator random) {
    Phantom.requireSize(size);
    double radius = random.nextDouble(0.45, 0.47);
    double x = 0.5 + random.nextDouble(-0.02, 0.02);
    double y = 0.5 + random.nextDouble(-0.02, 0.02);
    var stencil = new Stencil(SUBPIXELS * size, x, y);
    stencil.draw(Shapes.disc(0, 0, radius), 0, true);
    holes(radius, random).forEach(hole -> stencil.draw(hole.outline(), hole.corner(), false));
    return rendered(stencil, size, random.nextDouble(0.65, 1));
  }

  private static List<Hole> holes(double radius, RandomGenerator random) {
    var holes = new ArrayList<Hole>();
    double within = radius - random.nextDouble(0.03, 0.11);
    int kind = random.nextInt(20);
    if (kind == 0) {
      return holes;
    }
    if (kind < 11) {
      cells(within, kind < 8 ? 1 : random.nextDouble(0.3, 0.9), holes, random);
    }
    if (kind >= 8) {
      scattered(within, holes, random);
    }
    return holes;
  }

  private static void cells(double within, double open, List<Hole> holes, RandomGenerator random) {
    int wanted = 4 + random.nextInt(27);
    double apart = random.nextDouble(0.8, 1.4) * within / Math.sqrt(wanted);
    var points = new ArrayList<Point2D>();
    for (int tries = 0; tries < 40 * wanted && points.size() < wanted; tries++) {
      var point = inDisc(within, random);
      if (points.stream().allMatch(other -> other.distance(point) > apart)) {
        points.add(point);
      }
    }
    double bar = random.nextDouble(0.01, 0.035);
    double corner = random.nextDouble(0, 0.025);
    for (var cell : Shapes.cells(points, within - corner, bar + corner)) {
      if (cell.size() > 2 && random.nextDouble() < open) {
        var outline = Shapes.polygon(cell);
        var bounds = outline.getBounds2D();
        if (Math.min(bounds.getWidth(), bounds.getHeight()) > LEAST_HOLE) {
          holes.add(new Hole(outline, corner));
        }
      }
    }
  }

  private static void scattered(double within, List<Hole> holes, RandomGenerator random) {
    int wanted = 1 + random.nextInt(25);
    double typical = random.nextDouble(0.4, 1) * within / Math.sqrt(wanted);
    double gap = random.nextDouble(0.01, 0.04);
    double corner = random.nextDouble(0, 0.015);
    var taken = new Stencil(SKETCH, 0.5, 0.5);
    taken.fill();
    taken.draw(Shapes.disc(0, 0, within + gap), 0, false);
    holes.forEach(hole -> taken.draw(hole.outline(), hole.corner(), true));
    var room = new Stencil(SKETCH, 0.5, 0.5);
    for (int tries = 0; tries < 5 * wanted && wanted > 0; tries++) {
      double radius = Math.max(0.02, typical * random.nextDouble(0.5, 1.3));
      var at = inDisc(within, random);
      var outline =
          AffineTransform.getTranslateInstance(at.getX(), at.getY())
              .createTransformedShape(Shapes.any(radius, random));
      room.clear();
      room.draw(outline, corner + gap, true);
      if (!room.meets(taken)) {
        holes.add(new Hole(outline, corner));
        taken.draw(outline, corner, true);
        wanted--;
      }
    }
  }

  private static Point2D inDisc(double radius, RandomGenerator random) {
    double far = radius * Math.sqrt(random.nextDouble());
    double angle = random.nextDouble(2 * Math.PI);
    return new Point2D.Double(far * Math.cos(angle), far * Math.sin(angle));
  }

  private static float[] rendered(Stencil stencil, int size, double value) {
    var values = new float[size * size];
    float share = (float) (value / (SUBPIXELS * SUBPIXELS));
    for (int row = 0; row < stencil.side(); row++) {
      for (int column = 0; column < stencil.side(); column++) {
        if (stencil.marked(row, column)) {
          values[row / SUBPIXELS * size + column / SUBPIXELS] += share;
        }
      }
    }
    return values;
  }
}
