package org.deftstream.deft.variational;

/**
 * What an image costs apart from its measurement: convex, with a proximal point that is cheap. Made
 * for one reconstruction; not thread-safe.
 */
public interface Penalty {
  /**
   * The proximal point {@code argmin_u |u - x|^2 / 2 + weight P(u)}, a new array.
   *
   * @param x flat, channels last
   * @param weight 0 or more
   */
  float[] proximal(float[] x, double weight);
}
