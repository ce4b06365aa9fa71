package org.deftstream.service.topology;

/**
 * The largest record that can be published, in bytes: the smaller one of the producer's {@code
 * max.request.size} and the topic's {@code max.message.bytes}.
 *
 * @param reconstruction for the topic of reconstructions
 * @param deadLetter for the topic of dead letters
 */
public record OutputLimits(long reconstruction, long deadLetter) {
  private static final long LEAST = 8 * 1024;

  /** Checks that a dead letter without its payload fits. */
  public OutputLimits {
    if (reconstruction < LEAST || deadLetter < LEAST) {
      throw new IllegalArgumentException(
          "topics must take records of at least %d bytes, got %d for reconstructions and %d for dead letters"
              .formatted(LEAST, reconstruction, deadLetter));
    }
  }
}
