package org.deftstream.service;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where an instance serves its own pages.
 *
 * @param host name or address to listen on
 * @param port TCP port, 0 for any free one
 * @param token what has to be sent with every request but those for health; empty if nothing
 */
public record HttpAddress(String host, int port, Optional<String> token) {
  /** Nothing has to be sent. */
  public HttpAddress(String host, int port) {
    this(host, port, Optional.empty());
  }

  /** Whether others are kept out: by the address, or by a token. */
  boolean closed() {
    InetAddress at = new InetSocketAddress(host, port).getAddress();
    return token.isPresent() || (at != null && at.isLoopbackAddress());
  }

  /** Without the token. */
  @Override
  public String toString() {
    return host + ":" + port;
  }

  /** Any free port of the loopback address. */
  public static HttpAddress anyPort() {
    return new HttpAddress("127.0.0.1", 0);
  }
}
