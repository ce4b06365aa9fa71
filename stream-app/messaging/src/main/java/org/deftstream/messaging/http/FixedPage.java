package org.deftstream.messaging.http;

import java.util.function.Supplier;

/**
 * A page that is always the same, and costs nothing to make: it is not counted among those that are
 * made. Immutable.
 *
 * @param reply what it answers
 */
public record FixedPage(Reply reply) implements Supplier<Reply> {
  @Override
  public Reply get() {
    return reply;
  }
}
