package org.deftstream.devstack.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.deftstream.deft.UserError;

/** TCP ports of the loopback address. */
final class Ports {
  private static final int MAX_PORT = 65535;

  private Ports() {}

  /**
   * Refuses a number that is no port.
   *
   * @throws UserError outside 0 to 65535
   */
  static void checkRange(int port, String what) {
    if (port < 0 || port > MAX_PORT) {
      throw new UserError(what + " must be 0 (any free port) to " + MAX_PORT + ", got " + port);
    }
  }

  /**
   * The port itself when it can be bound, or a free one for 0. Another process may still take it
   * between this answer and its use, so the caller must also understand a failing bind.
   *
   * @param port the wanted port, or 0
   * @param what names the server in the message
   * @param option the flag that chooses another port
   * @throws UserError when the wanted port is taken or may not be bound
   */
  static int choose(int port, String what, String option) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket.getLocalPort();
    } catch (IOException e) {
      throw taken(port, what, option, e);
    }
  }

  /** The message for a port that cannot be had. */
  static UserError taken(int port, String what, String option, Throwable cause) {
    return new UserError(
        "port "
            + port
            + " for the "
            + what
            + " is taken or not allowed ("
            + cause.getMessage()
            + "); stop its owner or choose another with "
            + option
            + " (0 = any free port)",
        cause);
  }
}
