package org.deftstream.devstack.stack;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Exit;

/**
 * Keeps Kafka's server from ending this process. A broker that loses its disk calls {@code
 * Exit.halt}, which is right for a process of its own and wrong inside somebody else's: here the
 * call is turned into a report to every embedded broker of the process, and the calling thread
 * ends.
 *
 * <p>The state is static because Kafka's hook is: there is one exit procedure per process.
 */
final class BrokerExit {
  private static final Set<Consumer<String>> LISTENERS = ConcurrentHashMap.newKeySet();

  static {
    Exit.setExitProcedure(BrokerExit::report);
    Exit.setHaltProcedure(BrokerExit::report);
  }

  private BrokerExit() {}

  /** Reports later exits to the listener, on the thread that asked for the exit. */
  static void listen(Consumer<String> listener) {
    LISTENERS.add(listener);
  }

  /** Stops reporting to the listener. */
  static void forget(Consumer<String> listener) {
    LISTENERS.remove(listener);
  }

  private static void report(int status, String message) {
    var reason = message == null ? "exit status " + status : message;
    LISTENERS.forEach(listener -> listener.accept(reason));
    // Kafka's callers rely on not coming back.
    throw new BrokerExitError(reason);
  }

  /** Ends the thread that wanted to end the process. */
  static final class BrokerExitError extends Error {
    private static final long serialVersionUID = 1L;

    BrokerExitError(String reason) {
      super("the embedded broker asked to end the process: " + reason);
    }
  }
}
