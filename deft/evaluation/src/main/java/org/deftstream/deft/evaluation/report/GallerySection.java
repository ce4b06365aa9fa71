package org.deftstream.deft.evaluation.report;

import static org.deftstream.deft.evaluation.report.Markup.number;
import static org.deftstream.deft.html.HtmlPage.escape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deftstream.deft.image.ColourMap;
import org.deftstream.deft.image.ContactSheet;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.Png;

/**
 * The first images of a task in rows: truth, measurement and every method's reconstruction, below
 * it its error and, where it draws several samples, their standard deviation. One scale for all
 * maps. Stateless.
 */
final class GallerySection {
  private static final double TOP_QUANTILE = 0.995;

  private GallerySection() {}

  /** The section's HTML; empty text if there are no images. */
  static String of(Gallery gallery) {
    if (gallery.rows().isEmpty()) {
      return "";
    }
    double top = scaleTop(gallery);
    var html = new StringBuilder("<div class=\"scroll\"><div class=\"gallery\"");
    html.append(" style=\"--columns:").append(gallery.labels().size() + 2).append("\">");
    html.append(head("truth")).append(head("measurement"));
    gallery.labels().forEach(label -> html.append(head(label)));
    for (var row : gallery.rows()) {
      html.append("<figure>").append(grey(row.truth(), gallery.shape(), "truth"));
      html.append("</figure><figure>");
      html.append(row.measurement() == null ? "" : image(row.measurement(), "measurement", ""));
      html.append("</figure>");
      for (var cell : row.cells()) {
        html.append(cell(cell, row.truth(), gallery.shape(), top));
      }
    }
    html.append("</div></div><div class=\"scale\"><span>error and standard deviation: 0</span>");
    html.append("<i style=\"background:").append(ColourMap.cssGradient()).append("\"></i><span>");
    return html.append(number(top, 2)).append("</span></div>").toString();
  }

  private static String head(String text) {
    return "<div class=\"head\">" + escape(text) + "</div>";
  }

  private static String cell(Gallery.Cell cell, float[] truth, ImageShape shape, double top) {
    if (cell == null) {
      return "<figure class=\"none\">failed</figure>";
    }
    var html = new StringBuilder("<figure>").append(grey(cell.mean(), shape, "reconstruction"));
    html.append("<div class=\"maps\">");
    html.append(map(error(cell.mean(), truth), shape, top, "error"));
    if (cell.deviation() != null) {
      html.append(map(cell.deviation(), shape, top, "standard deviation"));
    }
    return html.append("</div><figcaption>")
        .append(number(cell.psnr(), 1))
        .append(" dB</figcaption></figure>")
        .toString();
  }

  private static String grey(float[] values, ImageShape shape, String alt) {
    return image(ContactSheet.png(List.of(values), shape, 1, 1), alt, "");
  }

  private static String map(float[] values, ImageShape shape, double top, String alt) {
    return image(
        ColourMap.png(shape.width(), shape.height(), overChannels(values, shape), top),
        alt,
        " title=\"" + alt + "\"");
  }

  private static String image(byte[] png, String alt, String more) {
    return "<img src=\"" + Png.dataUri(png) + "\" alt=\"" + alt + "\"" + more + ">";
  }

  /** The mean over the channels: a map has one value for each pixel. */
  private static float[] overChannels(float[] values, ImageShape shape) {
    int c = shape.channels();
    var out = new float[shape.height() * shape.width()];
    for (int i = 0; i < values.length; i++) {
      out[i / c] += values[i] / c;
    }
    return out;
  }

  private static float[] error(float[] mean, float[] truth) {
    var error = new float[truth.length];
    for (int i = 0; i < error.length; i++) {
      error[i] = Math.abs(mean[i] - truth[i]);
    }
    return error;
  }

  /** A high quantile of the better half of the methods' errors, rounded up to a twentieth. */
  private static double scaleTop(Gallery gallery) {
    var tops = new ArrayList<Double>();
    for (int m = 0; m < gallery.labels().size(); m++) {
      var values = new ArrayList<float[]>();
      for (var row : gallery.rows()) {
        var cell = row.cells().get(m);
        if (cell != null) {
          values.add(error(cell.mean(), row.truth()));
        }
      }
      if (!values.isEmpty()) {
        tops.add(quantile(values));
      }
    }
    tops.sort(null);
    double top = tops.isEmpty() ? 1 : tops.get(tops.size() / 2);
    return Math.max(0.05, Math.ceil(top * 20) / 20);
  }

  private static double quantile(List<float[]> parts) {
    int size = parts.stream().mapToInt(p -> p.length).sum();
    var all = new float[size];
    int at = 0;
    for (var part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    Arrays.sort(all);
    return all[(int) (TOP_QUANTILE * (size - 1))];
  }
}
