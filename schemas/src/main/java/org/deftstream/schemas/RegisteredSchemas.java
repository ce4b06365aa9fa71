package org.deftstream.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/**
 * The form in which a generated record's schema stands in the registry: without the {@code
 * avro.java.string} that only Java needs, so that a producer in another language that registers or
 * looks up the plain {@code .avsc} means the same schema.
 */
final class RegisteredSchemas {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RegisteredSchemas() {}

  /**
   * Strips what concerns Java alone.
   *
   * @param schema a generated record's {@code getClassSchema()}; not changed
   * @return the schema to register, and that {@link Serdes} look up
   */
  static Schema of(Schema schema) {
    try {
      JsonNode json = JSON.readTree(schema.toString());
      // Leaves {"type": "string"}, which the parser reads as plain "string".
      json.findParents(GenericData.STRING_PROP)
          .forEach(parent -> ((ObjectNode) parent).remove(GenericData.STRING_PROP));
      return new Schema.Parser().parse(json.toString());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Avro wrote a schema that is no JSON", e);
    }
  }
}
