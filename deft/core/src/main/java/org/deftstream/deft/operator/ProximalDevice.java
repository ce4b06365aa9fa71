package org.deftstream.deft.operator;

import java.util.List;
import java.util.Optional;

/**
 * Finds proximal points elsewhere than on the host, to what the host answers up to rounding (1e-4).
 * Thread-safe. Belongs to whoever made it.
 */
public interface ProximalDevice {
  /**
   * The points of rows that share an operator.
   *
   * @param rows at least one
   * @return a point for each row; empty if the host is to find them
   */
  Optional<float[][]> solve(List<ProximalPoints.Row> rows);

  /** Where the points of an operator are found, for provenance: {@code graph}, {@code host}. */
  String place(ForwardOperator operator);
}
