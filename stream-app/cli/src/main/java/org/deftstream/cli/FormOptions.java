package org.deftstream.cli;

import org.deftstream.deft.adapter.AdapterForm;
import picocli.CommandLine.Option;

/** What the adapter's network sees and answers. */
@OptionHeading("What the network sees and answers")
final class FormOptions {
  /** The forms that have a name. */
  enum Preset {
    /** The one that trains best. */
    standard(AdapterForm.STANDARD),
    /** The standard one, shown its estimate of the step before as well. */
    recurrent(AdapterForm.RECURRENT),
    /** Equation 12 of the paper. */
    paper(AdapterForm.PAPER),
    /** The amortised conditional network. */
    amortised(AdapterForm.AMORTISED);

    private final AdapterForm form;

    Preset(AdapterForm form) {
      this.form = form;
    }
  }

  @Option(
      names = "--form",
      paramLabel = "PRESET",
      defaultValue = "standard",
      description =
          "What the network sees and answers: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private Preset preset;

  @Option(
      names = "--no-gradient",
      description = "Ablation: without the likelihood gradient, as feature and as residual.")
  private boolean withoutGradient;

  @Option(names = "--no-estimate", description = "Ablation: without x0Hat as a feature.")
  private boolean withoutEstimate;

  AdapterForm form() {
    var form = preset.form;
    return new AdapterForm(
        form.output(),
        withoutGradient ? AdapterForm.Gradient.NONE : form.gradient(),
        form.estimate() && !withoutEstimate,
        form.previous());
  }
}
