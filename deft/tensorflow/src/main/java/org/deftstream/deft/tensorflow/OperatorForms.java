package org.deftstream.deft.tensorflow;

import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalForm;

/**
 * The forms of operators that graphs are built for, each made once and kept as long as its
 * operator. Thread-safe.
 */
final class OperatorForms {
  /** Beyond so many values of a matrix its indices take more memory than they are worth. */
  private static final int MOST_ENTRIES = 1 << 24;

  private final Map<ForwardOperator, Optional<ProximalForm>> forms = new WeakHashMap<>();

  /** The form of an operator; empty if there is none, or it is too large. */
  synchronized Optional<ProximalForm> of(ForwardOperator operator) {
    return forms.computeIfAbsent(
        operator, asked -> asked.proximalForm().filter(OperatorForms::isSmall));
  }

  private static boolean isSmall(ProximalForm form) {
    return !(form instanceof ProximalForm.Matrix matrix)
        || (matrix.values().length <= MOST_ENTRIES
            && Math.max(matrix.rows(), matrix.columns()) <= MatrixPoint.MOST_COUNTED);
  }
}
