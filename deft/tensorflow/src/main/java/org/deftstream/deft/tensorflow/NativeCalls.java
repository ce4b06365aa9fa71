package org.deftstream.deft.tensorflow;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Keeps the end of the process and calls of TensorFlow apart. When a process ends, by its own will
 * or by a signal, the static objects of TensorFlow's libraries are destroyed while other threads
 * still run; a call in flight then uses caches that are gone, and crashes. So the end waits for the
 * calls in flight, and none begins any more. Thread-safe.
 */
final class NativeCalls {
  private static final ReentrantReadWriteLock CALLS = new ReentrantReadWriteLock();
  private static final Set<Thread> CLOSERS = ConcurrentHashMap.newKeySet();

  /** Large images take seconds a step; who waits longer for an end kills. */
  private static final int SECONDS = 60;

  private NativeCalls() {}

  /** Makes a call; when the process ends this does not return. Calls may be nested. */
  static <T> T call(Supplier<T> work) {
    CALLS.readLock().lock();
    try {
      return work.get();
    } finally {
      CALLS.readLock().unlock();
    }
  }

  /** As {@link #call}, of what answers nothing. */
  static void run(Runnable work) {
    call(
        () -> {
          work.run();
          return null;
        });
  }

  /**
   * Makes the end of the process wait for calls. Called once, before the libraries are loaded.
   *
   * @throws IllegalStateException if the process is already ending
   */
  static void guardExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(NativeCalls::awaitLast, "native-calls"));
  }

  /** See {@link TensorFlowBackend#closeBeforeExit}. */
  static void await(Thread closer) {
    CLOSERS.add(closer);
  }

  /** The opposite of {@link #await}. */
  static void forget(Thread closer) {
    CLOSERS.remove(closer);
  }

  private static void awaitLast() {
    try {
      for (var closer : CLOSERS) {
        // All hooks are started together, but one after the other.
        while (closer.getState() == Thread.State.NEW && CLOSERS.contains(closer)) {
          Thread.sleep(1);
        }
        closer.join();
      }
      if (!CALLS.writeLock().tryLock(SECONDS, TimeUnit.SECONDS)) {
        System.err.printf("a step of TensorFlow did not end within %d s%n", SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
