package org.deftstream.service;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was opened one after the other, to be closed in the opposite order. Thread-safe. */
final class Closer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Closer.class);

  private final ArrayDeque<Runnable> closers = new ArrayDeque<>();

  /** Notes how to close something, and returns it. */
  synchronized <T> T add(T resource, Consumer<T> closer) {
    closers.push(() -> closer.accept(resource));
    return resource;
  }

  /** Closes everything, also if a part of it fails; does nothing the second time. */
  @Override
  public synchronized void close() {
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException e) {
        log.warn("something could not be closed", e);
      }
    }
  }
}
