package org.deftstream.messaging.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * What a viewer is sent as server-sent events. Called on the viewer's own thread, for many viewers
 * at once; thread-safe.
 */
@FunctionalInterface
public interface EventStream {
  /**
   * Writes events until it is time for the viewer to come again, which must be within seconds: an
   * answer that takes longer is cut off.
   *
   * @param last the id of the last event that the viewer has, if it has been here before
   * @param out takes whole events; flushed by this
   * @throws IOException if the viewer has gone, or is too slow
   * @throws InterruptedException if the thread is needed for others
   */
  void serve(Optional<String> last, OutputStream out) throws IOException, InterruptedException;
}
