package org.deftstream.client;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.deftstream.schemas.avro.Reconstruction;

/** What came of one measurement. */
public sealed interface Answer {
  /** Where the answer stands. */
  Place place();

  /** The measurement's key; null if it had none. */
  byte[] key();

  /** The measurement's headers, and in a dead letter those of the error. */
  Headers headers();

  /** The key as text; empty if there is none. */
  default String keyText() {
    return key() == null ? "" : new String(key(), StandardCharsets.UTF_8);
  }

  /**
   * An image. Look at {@code residualOutOfRange} before it is used.
   *
   * @param reconstruction the record; {@link org.deftstream.schemas.Tensors#toFloats} unpacks its
   *     tensors
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Reconstructed(Place place, byte[] key, Headers headers, Reconstruction reconstruction)
      implements Answer {}

  /**
   * A measurement that could not be answered.
   *
   * @param reason a name to count by
   * @param message what was wrong and what would be right
   * @param value the measurement's bytes as they came; empty if they are gone or did not fit
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Rejected(
      Place place,
      byte[] key,
      Headers headers,
      String reason,
      String message,
      Optional<byte[]> value)
      implements Answer {}

  /**
   * A record on the topic of reconstructions that is none.
   *
   * @param message what is wrong with it
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Unreadable(Place place, byte[] key, Headers headers, String message) implements Answer {}
}
