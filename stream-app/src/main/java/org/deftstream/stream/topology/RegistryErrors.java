package org.deftstream.stream.topology;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.EOFException;
import java.io.IOException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Tells apart what the schema registry's client throws: a schema that does not exist is the
 * record's fault, a registry that does not answer properly is not.
 */
final class RegistryErrors {
  /** The registry's own code for "schema not found". */
  private static final int SCHEMA_NOT_FOUND = 40403;

  private RegistryErrors() {}

  /** Whether the registry says that it does not have the schema. */
  static boolean unknownSchema(Throwable thrown) {
    var answer = find(thrown, RestClientException.class);
    return answer != null && answer.getErrorCode() == SCHEMA_NOT_FOUND;
  }

  /** Whether trying again later can help: the registry was not reached, or did not work. */
  static boolean passing(Throwable thrown) {
    if (find(thrown, RestClientException.class) != null) {
      // Any other answer, also a 404 of some proxy, is no verdict on the record.
      return !unknownSchema(thrown);
    }
    // The client makes an InvalidConfigurationException of "unauthorized" and its like.
    if (find(thrown, RetriableException.class) != null
        || find(thrown, InvalidConfigurationException.class) != null) {
      return true;
    }
    return find(thrown, IOException.class) != null && !fromTheBytes(thrown);
  }

  /** Avro, too, reports bad bytes as an IOException. */
  private static boolean fromTheBytes(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof EOFException
          || cause.getClass().getName().startsWith("org.apache.avro.")
          || String.valueOf(cause.getMessage()).startsWith("Error deserializing")) {
        return true;
      }
    }
    return false;
  }

  private static <T extends Throwable> T find(Throwable thrown, Class<T> type) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
    }
    return null;
  }
}
