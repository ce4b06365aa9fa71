package org.deftstream.deft.phantom;

import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.CubicCurve2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Outlines of holes about the origin. Not for instances. */
final class Shapes {
  private static final int TANGENTS = 48;

  private Shapes() {}

  static Ellipse2D disc(double x, double y, double radius) {
    return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
  }

  /**
   * The cells of points in a disc: of each point what is nearer to it than to the others.
   *
   * @param radius of the disc
   * @param apart how far each cell stays from the middle between two points
   * @return a polygon for each point; empty where nothing is left
   */
  static List<List<Point2D>> cells(List<Point2D> points, double radius, double apart) {
    var cells = new ArrayList<List<Point2D>>();
    for (var point : points) {
      var cell = around(radius);
      for (var other : points) {
        if (other != point) {
          double distance = point.distance(other);
          double nx = (other.getX() - point.getX()) / distance;
          double ny = (other.getY() - point.getY()) / distance;
          double middle = nx * (point.getX() + other.getX()) / 2;
          middle += ny * (point.getY() + other.getY()) / 2;
          cell = below(cell, nx, ny, middle - apart);
        }
      }
      cells.add(cell);
    }
    return cells;
  }

  private static List<Point2D> around(double radius) {
    List<Point2D> corners = new ArrayList<>();
    double far = radius / Math.cos(Math.PI / TANGENTS);
    for (int i = 0; i < TANGENTS; i++) {
      double angle = 2 * Math.PI * i / TANGENTS;
      corners.add(new Point2D.Double(far * Math.cos(angle), far * Math.sin(angle)));
    }
    return corners;
  }

  /** The part of a convex polygon where {@code nx x + ny y} is at most some value. */
  private static List<Point2D> below(List<Point2D> corners, double nx, double ny, double most) {
    var kept = new ArrayList<Point2D>();
    for (int i = 0; i < corners.size(); i++) {
      var from = corners.get(i);
      var to = corners.get((i + 1) % corners.size());
      double a = most - nx * from.getX() - ny * from.getY();
      double b = most - nx * to.getX() - ny * to.getY();
      if (a >= 0) {
        kept.add(from);
      }
      if (a * b < 0) {
        double part = a / (a - b);
        kept.add(
            new Point2D.Double(
                from.getX() + part * (to.getX() - from.getX()),
                from.getY() + part * (to.getY() - from.getY())));
      }
    }
    return kept;
  }

  /** A closed path through at least one corner. */
  static Path2D polygon(List<Point2D> corners) {
    var path = new Path2D.Double();
    path.moveTo(corners.get(0).getX(), corners.get(0).getY());
    for (var corner : corners.subList(1, corners.size())) {
      path.lineTo(corner.getX(), corner.getY());
    }
    path.closePath();
    return path;
  }

  /** Ellipse, polygon, rectangle, crescent or winding slot, some radius wide, turned anyhow. */
  static Shape any(double radius, RandomGenerator random) {
    var shape =
        switch (random.nextInt(5)) {
          case 0 -> {
            double height = 2 * radius * random.nextDouble(0.4, 1);
            yield new Ellipse2D.Double(-radius, -height / 2, 2 * radius, height);
          }
          case 1 -> corners(radius, 3 + random.nextInt(5), random);
          case 2 -> {
            double height = 1.8 * radius * random.nextDouble(0.2, 1);
            yield new Rectangle2D.Double(-0.9 * radius, -height / 2, 1.8 * radius, height);
          }
          case 3 -> crescent(radius, random);
          default -> slot(radius, random);
        };
    return AffineTransform.getRotateInstance(random.nextDouble(2 * Math.PI))
        .createTransformedShape(shape);
  }

  private static Shape corners(double radius, int count, RandomGenerator random) {
    var corners = new ArrayList<Point2D>();
    for (int i = 0; i < count; i++) {
      double angle = 2 * Math.PI * (i + random.nextDouble(-0.3, 0.3)) / count;
      double far = radius * random.nextDouble(0.5, 1);
      corners.add(new Point2D.Double(far * Math.cos(angle), far * Math.sin(angle)));
    }
    return polygon(corners);
  }

  private static Shape crescent(double radius, RandomGenerator random) {
    var crescent = new Area(disc(0, 0, radius));
    double shift = radius * random.nextDouble(0.4, 1);
    crescent.subtract(new Area(disc(shift, 0, radius * random.nextDouble(0.6, 1))));
    return crescent;
  }

  private static Shape slot(double radius, RandomGenerator random) {
    double bend = radius * random.nextDouble(-2, 2);
    double back = radius * random.nextDouble(-2, 2);
    var curve = new CubicCurve2D.Double(-radius, 0, -radius / 2, bend, radius / 2, back, radius, 0);
    int cap = random.nextBoolean() ? BasicStroke.CAP_ROUND : BasicStroke.CAP_BUTT;
    float width = (float) (radius * random.nextDouble(0.3, 0.8));
    return new BasicStroke(width, cap, BasicStroke.JOIN_ROUND).createStrokedShape(curve);
  }
}
