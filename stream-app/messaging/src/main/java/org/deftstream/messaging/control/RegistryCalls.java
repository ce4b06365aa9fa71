package org.deftstream.messaging.control;

import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.RegistryErrors;

/**
 * Serializes and deserializes, and says in one line that the schema registry does not answer: then
 * nothing is known of a record, and going on without it could undo what it asks for. Stateless.
 */
final class RegistryCalls {
  private RegistryCalls() {}

  /**
   * The bytes of a record.
   *
   * @throws UserError if the registry does not answer
   */
  static <T> byte[] serialize(Serializer<T> values, String topic, T value) {
    try {
      return values.serialize(topic, value);
    } catch (RuntimeException e) {
      throw RegistryErrors.passing(e)
          ? away("a record of topic '" + topic + "' was written", e)
          : e;
    }
  }

  /**
   * A record.
   *
   * @throws UserError if the registry does not answer
   */
  static <T> T deserialize(Deserializer<T> values, String topic, byte[] bytes) {
    try {
      return values.deserialize(topic, bytes);
    } catch (RuntimeException e) {
      throw RegistryErrors.passing(e) ? away("topic '" + topic + "' was read", e) : e;
    }
  }

  private static UserError away(String when, RuntimeException e) {
    return new UserError(
        "the schema registry does not answer (schema.registry.url) while "
            + when
            + ": "
            + RegistryErrors.reason(e),
        e);
  }
}
