package org.deftstream.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.messaging.lifecycle.Deadline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one owner of what a command started. It closes everything once, in the reverse order of
 * starting, when the command ends and also when the process is told to end (Ctrl-C, SIGTERM). With
 * a shutdown hook for each part instead, the broker would go while the service still commits.
 *
 * <p>Each part has a bounded time to close; one that fails or hangs is logged and does not keep the
 * others from closing. Thread safe.
 */
public final class ShutdownOwner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShutdownOwner.class);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(60);

  private final Deque<Owned> owned = new ArrayDeque<>();
  private final Thread hook = new Thread(this::closeAll, "shutdown");
  private volatile boolean closing;

  private record Owned(String name, AutoCloseable part) {}

  /** Registers for Ctrl-C and SIGTERM. */
  public ShutdownOwner() {
    Runtime.getRuntime().addShutdownHook(hook);
    // What is closed in order may compute until it is closed.
    TensorFlowBackend.closeBeforeExit(hook);
  }

  /**
   * Takes a part over. If the process is already ending, the part is closed at once.
   *
   * @param name for the log
   * @return the part
   */
  public <T extends AutoCloseable> T own(String name, T part) {
    synchronized (this) {
      if (!closing) {
        owned.push(new Owned(name, part));
        return part;
      }
    }
    closeOne(new Owned(name, part));
    throw new IllegalStateException("the process is ending; " + name + " was closed again");
  }

  /**
   * Whether the end has begun, by {@link #close} or by a signal: what stops now does so on purpose.
   */
  public boolean closing() {
    return closing;
  }

  /** Closes all parts, last one first. Later calls wait for the first and do nothing. */
  @Override
  public void close() {
    closeAll();
    TensorFlowBackend.closed(hook);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending and the hook has run or waits for this very method.
    }
  }

  private synchronized void closeAll() {
    closing = true;
    while (!owned.isEmpty()) {
      closeOne(owned.pop());
    }
  }

  private static void closeOne(Owned part) {
    try {
      Deadline.run(
          "close-" + part.name(),
          CLOSE_DEADLINE,
          () -> {
            part.part().close();
            return null;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      LOG.warn("{} did not close cleanly", part.name(), e);
    }
  }
}
