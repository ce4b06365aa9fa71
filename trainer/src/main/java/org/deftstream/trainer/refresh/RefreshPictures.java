package org.deftstream.trainer.refresh;

import java.util.List;
import org.deftstream.deft.evaluation.MeasurementPicture;
import org.deftstream.deft.html.HtmlPage;
import org.deftstream.deft.image.ContactSheet;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.Png;
import org.deftstream.trainer.gate.ContenderScores;
import org.deftstream.trainer.pairs.ValidationPair;

/**
 * Rows of images for a refresh's page: truth, measurement, and every contender's mean. Stateless.
 */
final class RefreshPictures {
  private RefreshPictures() {}

  /** A table with the images inside. */
  static String html(List<ValidationPair> pairs, List<ContenderScores> contenders) {
    var table = new StringBuilder("<table class=\"pictures\"><tr><th>truth</th><th>measured</th>");
    for (var contender : contenders) {
      table.append("<th>").append(HtmlPage.escape(contender.name())).append("</th>");
    }
    table.append("</tr>");
    int rows = contenders.stream().mapToInt(each -> each.images().size()).min().orElse(0);
    for (int row = 0; row < rows; row++) {
      var pair = pairs.get(row);
      var operator = pair.measurement().operator();
      var shape = operator.imageShape();
      table.append("<tr>").append(cell(image(pair.truth(), shape)));
      table.append(
          cell(
              MeasurementPicture.of(
                  operator, pair.measurement().measurement(), pair.auxiliary(), -1)));
      for (var contender : contenders) {
        table.append(cell(image(contender.images().get(row), shape)));
      }
      table.append("</tr>");
    }
    return table.append("</table>").toString();
  }

  private static byte[] image(float[] values, ImageShape shape) {
    return ContactSheet.png(List.of(values), shape, 1, 1);
  }

  private static String cell(byte[] png) {
    return "<td><img alt=\"\" src=\"" + Png.dataUri(png) + "\"></td>";
  }
}
