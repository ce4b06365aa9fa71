package org.deftstream.service;

/**
 * Where an instance serves its own pages.
 *
 * @param host name or address to listen on
 * @param port TCP port, 0 for any free one
 */
public record HttpAddress(String host, int port) {
  /** Any free port of the loopback address. */
  public static HttpAddress anyPort() {
    return new HttpAddress("127.0.0.1", 0);
  }
}
