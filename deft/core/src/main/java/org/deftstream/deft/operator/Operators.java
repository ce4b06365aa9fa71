package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.text.CanonicalJson;
import org.deftstream.deft.text.JsonFields;

/** Makes the operator that a specification asks for. Stateless and thread-safe. */
public final class Operators {
  private Operators() {}

  /**
   * Makes an operator.
   *
   * @param spec a JSON object with the field {@code kind} and those of that kind
   * @param shape shape of the images
   * @throws IllegalArgumentException one line that says what is wrong with the specification
   */
  public static ForwardOperator create(JsonNode spec, ImageShape shape) {
    var factories = factories();
    String kind = JsonFields.of(spec, "operator").choice("kind", factories.keySet());
    return factories.get(kind).create(spec, shape);
  }

  /**
   * Identity of an operator: SHA-256 of its canonical specification, in hexadecimal. {@link
   * ForwardOperator#spec} states defaults explicitly, so equal operators have equal fingerprints
   * however their specifications were written.
   */
  public static String fingerprint(ForwardOperator operator) {
    return CanonicalJson.sha256(operator.spec());
  }

  private static Map<String, OperatorFactory> factories() {
    var byKind = new TreeMap<String, OperatorFactory>();
    for (var factory :
        ServiceLoader.load(OperatorFactory.class, Operators.class.getClassLoader())) {
      var other = byKind.put(factory.kind(), factory);
      if (other != null) {
        throw new IllegalStateException(
            "operator kind '"
                + factory.kind()
                + "' is provided twice: by "
                + other.getClass().getName()
                + " and "
                + factory.getClass().getName());
      }
    }
    return byKind;
  }
}
