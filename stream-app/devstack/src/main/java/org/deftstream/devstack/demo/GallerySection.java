package org.deftstream.devstack.demo;

import static org.deftstream.deft.html.HtmlPage.escape;
import static org.deftstream.devstack.demo.Html.number;

import java.util.Arrays;
import org.deftstream.deft.image.ColourMap;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.image.Png;
import org.deftstream.devstack.demo.DemoResult.MethodFigures;
import org.deftstream.devstack.demo.DemoResult.MethodKind;
import org.deftstream.devstack.demo.DemoResult.TaskFigures;

/** The pictures of a task, one image to a row, all its forms side by side. */
final class GallerySection {
  private GallerySection() {}

  /** The section's HTML. */
  static String of(TaskFigures task, Gallery gallery) {
    double top = scaleTop(gallery);
    var html = new StringBuilder("<div class=\"scroll\"><div class=\"gallery\">");
    for (var head :
        new String[] {
          "truth",
          gallery.measurementTitle(),
          label(task, MethodKind.PSEUDO_INVERSE),
          label(task, MethodKind.TRAINING_FREE),
          label(task, MethodKind.ADAPTER),
          "standard deviation",
          "error of the adapter"
        }) {
      html.append("<div class=\"head\">").append(escape(head)).append("</div>");
    }
    for (var row : gallery.rows()) {
      html.append(figure(Png.write(row.truth()), row.name(), "truth"));
      html.append(figure(row.measurement(), "", "measurement"));
      html.append(figure(Png.write(row.pseudoInverse()), decibel(row.psnr()[0]), "pseudo-inverse"));
      html.append(figure(Png.write(row.trainingFree()), decibel(row.psnr()[1]), "training-free"));
      html.append(
          figure(
              Png.write(row.adapter()),
              "<b>" + decibel(row.psnr()[2]) + "</b>",
              "learned adapter"));
      html.append(figure(map(row.standardDeviation(), top), "", "standard deviation"));
      html.append(figure(map(error(row), top), "", "error"));
    }
    html.append("<div class=\"scale\"><span>0</span><i style=\"background:")
        .append(ColourMap.cssGradient())
        .append("\"></i><span>")
        .append(number(top, 2))
        .append("</span></div>");
    return html.append("</div></div>").toString();
  }

  private static String label(TaskFigures task, MethodKind kind) {
    MethodFigures method = DemoResult.find(task, kind);
    return method == null ? Html.NONE : method.label();
  }

  private static String decibel(double psnr) {
    return number(psnr, 1) + " dB";
  }

  private static String figure(byte[] png, String caption, String alt) {
    return "<figure><img src=\""
        + Png.dataUri(png)
        + "\" alt=\""
        + alt
        + "\"><figcaption>"
        + (caption.isEmpty() ? "&nbsp;" : caption)
        + "</figcaption></figure>";
  }

  private static byte[] map(GreyImage picture, double top) {
    return ColourMap.png(picture.width(), picture.height(), picture.values(), top);
  }

  private static GreyImage error(Gallery.Row row) {
    var truth = row.truth().values();
    var mean = row.adapter().values();
    var error = new float[truth.length];
    for (int i = 0; i < error.length; i++) {
      error[i] = Math.abs(mean[i] - truth[i]);
    }
    return new GreyImage(row.truth().width(), row.truth().height(), error);
  }

  /** One scale for all maps of a task: the 99.5th percentile, rounded up to a twentieth. */
  private static double scaleTop(Gallery gallery) {
    int size = 0;
    for (var row : gallery.rows()) {
      size += 2 * row.truth().values().length;
    }
    var values = new float[size];
    int at = 0;
    for (var row : gallery.rows()) {
      for (var part : new float[][] {row.standardDeviation().values(), error(row).values()}) {
        System.arraycopy(part, 0, values, at, part.length);
        at += part.length;
      }
    }
    Arrays.sort(values);
    return Math.max(0.05, Math.ceil(values[(int) (0.995 * (size - 1))] * 20) / 20);
  }
}
