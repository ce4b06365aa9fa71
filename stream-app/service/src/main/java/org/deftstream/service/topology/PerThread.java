package org.deftstream.service.topology;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * One instance for each thread of something that is used by one thread at a time. Thread-safe; to
 * be closed when no thread uses its instance any more.
 */
final class PerThread<T extends Closeable> implements Closeable {
  private final Queue<T> all = new ConcurrentLinkedQueue<>();
  private final ThreadLocal<T> own;

  PerThread(Supplier<T> factory) {
    own =
        ThreadLocal.withInitial(
            () -> {
              T made = factory.get();
              all.add(made);
              return made;
            });
  }

  T get() {
    return own.get();
  }

  @Override
  public void close() {
    for (T each = all.poll(); each != null; each = all.poll()) {
      try {
        each.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
