package org.deftstream.deft.image;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/** One curve on a logarithmic vertical axis as a PNG: a loss over the steps of training. */
public final class LineChart {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 360;
  private static final int LEFT = 70;
  private static final int BOTTOM = 50;
  private static final int MARGIN = 20;

  private LineChart() {}

  /**
   * Draws a curve.
   *
   * @param points pairs of x and positive y, in the order of x; at least one
   * @return the bytes of a PNG file
   */
  public static byte[] png(String title, String xLabel, List<double[]> points) {
    var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    var g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, WIDTH, HEIGHT);
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    double xMax = points.get(points.size() - 1)[0];
    double low = points.stream().mapToDouble(p -> p[1]).min().orElseThrow();
    double high = points.stream().mapToDouble(p -> p[1]).max().orElseThrow();
    low = Math.pow(10, Math.floor(Math.log10(low) * 4) / 4);
    high = Math.max(low * 1.1, Math.pow(10, Math.ceil(Math.log10(high) * 4) / 4));
    var axes = new Axes(xMax, Math.log(low), Math.log(high));
    grid(g, axes, title, xLabel);
    g.setColor(new Color(0x1f5fa8));
    g.setStroke(new BasicStroke(2f));
    var path = new Path2D.Double();
    for (double[] p : points) {
      if (path.getCurrentPoint() == null) {
        path.moveTo(axes.x(p[0]), axes.y(p[1]));
      } else {
        path.lineTo(axes.x(p[0]), axes.y(p[1]));
      }
    }
    g.draw(path);
    g.dispose();
    return ContactSheet.encode(image);
  }

  private record Axes(double xMax, double logLow, double logHigh) {
    double x(double value) {
      return LEFT + value / xMax * (WIDTH - LEFT - MARGIN);
    }

    double y(double value) {
      double share = (Math.log(value) - logLow) / (logHigh - logLow);
      return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - 2 * MARGIN);
    }
  }

  private static void grid(Graphics2D g, Axes axes, String title, String xLabel) {
    for (int i = 0; i <= 5; i++) {
      double value = Math.exp(axes.logLow() + i / 5.0 * (axes.logHigh() - axes.logLow()));
      int y = (int) axes.y(value);
      g.setColor(new Color(0xdddddd));
      g.drawLine(LEFT, y, WIDTH - MARGIN, y);
      g.setColor(Color.DARK_GRAY);
      g.drawString(String.format(Locale.ROOT, "%.3g", value), 12, y + 4);
      double x = axes.xMax() * i / 5;
      g.drawString(
          String.format(Locale.ROOT, "%.0f", x), (int) axes.x(x) - 14, HEIGHT - BOTTOM + 18);
    }
    g.drawString(title, LEFT, MARGIN + 4);
    g.drawString(xLabel, WIDTH / 2, HEIGHT - 12);
  }
}
