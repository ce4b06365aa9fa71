package org.deftstream.schemas;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Tells apart what a serializer or deserializer throws: a registry that was not reached or did not
 * work, which says nothing about the record, and everything else, which is the record's fault.
 *
 * <p>Only what is known to be the connection counts as passing. Whatever is not known would be
 * tried again for ever, and stop the record's partition: a schema that is not Avro, a schema that
 * Avro refuses, bytes of which Avro reports the end as an {@link IOException}.
 *
 * <p>Stateless and thread-safe.
 */
public final class RegistryErrors {
  /** The registry's own codes for a subject, version or schema that it does not have. */
  private static final Set<Integer> NOT_FOUND = Set.of(40401, 40402, 40403);

  private static final int HTTP_NOT_FOUND = 404;

  /** Not let in, no proxy's leave, too slow, too many: none is a verdict on the record. */
  private static final Set<Integer> PASSING_STATUS =
      Set.of(401, 403, HTTP_NOT_FOUND, 407, 408, 429);

  private static final int SERVER_ERROR = 500;

  /** The client turns some answers into exceptions that keep only the text. */
  private static final Pattern CODE = Pattern.compile("error code: (\\d{3})\\d*$");

  private RegistryErrors() {}

  /**
   * Whether the registry says that it does not have the schema.
   *
   * @param thrown what a serializer or deserializer threw
   */
  public static boolean unknownSchema(Throwable thrown) {
    return any(
        thrown,
        cause ->
            cause instanceof RestClientException answer
                && NOT_FOUND.contains(answer.getErrorCode()));
  }

  /**
   * Whether trying again later can help: the registry was not reached, or did not work.
   *
   * @param thrown what a serializer or deserializer threw
   */
  public static boolean passing(Throwable thrown) {
    return !unknownSchema(thrown) && any(thrown, RegistryErrors::isOfTheConnection);
  }

  /**
   * What was thrown at first, in words, for messages.
   *
   * @param thrown what a serializer or deserializer threw
   * @return the innermost message, or the innermost type if that has none
   */
  public static String reason(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    if (root instanceof java.io.EOFException) {
      return "the bytes end before the record does";
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private static boolean isOfTheConnection(Throwable cause) {
    if (cause instanceof RestClientException answer) {
      return passing(answer.getStatus());
    }
    if (cause instanceof InvalidConfigurationException) {
      var code = CODE.matcher(String.valueOf(cause.getMessage()));
      return code.find() && passing(Integer.parseInt(code.group(1)));
    }
    return cause instanceof RetriableException
        || cause instanceof SocketException
        || cause instanceof UnknownHostException
        || cause instanceof InterruptedIOException
        || cause instanceof SSLException
        || endedEarly(cause);
  }

  /** So the JDK says that the connection was cut within an answer. */
  private static boolean endedEarly(Throwable cause) {
    return cause.getClass() == IOException.class && "Premature EOF".equals(cause.getMessage());
  }

  private static boolean passing(int status) {
    return status >= SERVER_ERROR || PASSING_STATUS.contains(status);
  }

  private static boolean any(Throwable thrown, Predicate<Throwable> test) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (test.test(cause)) {
        return true;
      }
    }
    return false;
  }
}
