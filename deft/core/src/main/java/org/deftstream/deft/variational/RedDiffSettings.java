package org.deftstream.deft.variational;

/**
 * How RED-diff optimises. Immutable.
 *
 * @param steps steps of Adam, one evaluation of the prior each, 1 to N; the paper uses 1000
 * @param learningRate of Adam, above 0; the paper uses 0.1 to 0.5
 * @param lambda weight of the prior against the measurement, above 0; 0.25 in the paper
 * @param batch measurements that share a call of the prior, at least 1
 */
public record RedDiffSettings(int steps, double learningRate, double lambda, int batch) {
  public RedDiffSettings {
    if (steps < 1) {
      throw new IllegalArgumentException("red-diff: steps must be at least 1, got " + steps);
    }
    requirePositive("learning rate", learningRate);
    requirePositive("lambda", lambda);
    if (batch < 1) {
      throw new IllegalArgumentException("red-diff: batch must be at least 1, got " + batch);
    }
  }

  private static void requirePositive(String name, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "red-diff: " + name + " must be a number above 0, got " + value);
    }
  }

  /**
   * The settings in one line, as they enter seeds and reports. Without the batch, which has no
   * effect on the answer.
   */
  public String describe() {
    return "red-diff steps=" + steps + " lr=" + learningRate + " lambda=" + lambda;
  }
}
