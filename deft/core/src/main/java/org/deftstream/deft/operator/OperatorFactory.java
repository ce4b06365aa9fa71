package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.JsonNode;
import org.deftstream.deft.image.ImageShape;

/**
 * Makes operators of one kind from their specification. Found through {@link
 * java.util.ServiceLoader}; stateless, with a public constructor without arguments.
 */
public interface OperatorFactory {
  /** The value of the specification's field {@code kind} that this factory answers to. */
  String kind();

  /**
   * Makes an operator.
   *
   * @param spec the whole specification, field {@code kind} included
   * @param shape shape of the images
   * @throws IllegalArgumentException one line that names the field that is missing, unknown or out
   *     of range
   */
  ForwardOperator create(JsonNode spec, ImageShape shape);
}
