package org.deftstream.devstack.demo;

import static org.deftstream.deft.html.HtmlPage.escape;
import static org.deftstream.devstack.demo.Html.number;

/** What the page says of a training on the way. Stateless. */
final class TrainingSection {
  /** Name of the refresh's own page, beside the demo's. */
  static final String PAGE = "refresh.html";

  private TrainingSection() {}

  /** The section; empty text if nothing was trained. */
  static String of(DemoResult result) {
    var training = result.training();
    if (training == null) {
      return "";
    }
    return "<section><h2>How it learned</h2>\n<p>"
        + Html.count(training.pairs(), "labelled pair")
        + " came on the topic <code>labelled-pairs</code>; the trainer, a process of its own,"
        + " trained on "
        + training.trainedOn()
        + " of them for "
        + Html.count(training.steps(), "step")
        + " ("
        + number(training.minutes(), 1)
        + " minutes of computing) and let the result sample "
        + training.validatedOn()
        + " others, beside every rival and with the same noise. The gate's reason: "
        + escape(training.reason())
        + ". It was published as <code>"
        + escape(training.adapterId())
        + "</code>; <a href=\""
        + PAGE
        + "\">the page of this refresh</a> has curves and figures.</p></section>\n";
  }
}
