package org.deftstream.deft.variational;

/** Adam (Kingma and Ba, arXiv 1412.6980) on one image, with RED-diff's decay rates. */
final class Adam {
  private static final double BETA_1 = 0.9;
  private static final double BETA_2 = 0.99;
  private static final double EPSILON = 1e-8;

  private final double learningRate;
  private final double[] first;
  private final double[] second;
  private double firstPower = 1;
  private double secondPower = 1;

  Adam(double learningRate, int size) {
    this.learningRate = learningRate;
    first = new double[size];
    second = new double[size];
  }

  /** Takes one step against the gradient, in place. */
  void step(float[] x, double[] gradient) {
    firstPower *= BETA_1;
    secondPower *= BETA_2;
    for (int i = 0; i < x.length; i++) {
      first[i] = BETA_1 * first[i] + (1 - BETA_1) * gradient[i];
      second[i] = BETA_2 * second[i] + (1 - BETA_2) * gradient[i] * gradient[i];
      double slope = first[i] / (1 - firstPower);
      double scale = Math.sqrt(second[i] / (1 - secondPower)) + EPSILON;
      x[i] -= (float) (learningRate * slope / scale);
    }
  }
}
