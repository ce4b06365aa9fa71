package org.deftstream.client;

/**
 * Where a record stands.
 *
 * @param topic its topic
 * @param partition its partition
 * @param offset its offset
 */
public record Place(String topic, int partition, long offset) {
  /** For messages: {@code topic-partition at offset N}. */
  @Override
  public String toString() {
    return topic + "-" + partition + " at offset " + offset;
  }
}
