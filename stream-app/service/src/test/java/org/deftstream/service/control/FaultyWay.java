package org.deftstream.service.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to an HTTP server that can be closed, or swallow what is sent. Thread-safe. */
final class FaultyWay implements AutoCloseable {
  /** What becomes of new connections. */
  enum Fault {
    NONE,
    /** They are cut. */
    REFUSES,
    /** Nothing is answered. */
    HANGS
  }

  private final URI target;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile Fault fault = Fault.NONE;

  FaultyWay(String target) throws IOException {
    this.target = URI.create(target);
    server = new ServerSocket();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    start(this::accept);
  }

  /** The server's address by this way. */
  String url() {
    return "http://127.0.0.1:" + server.getLocalPort() + target.getPath();
  }

  /** From now on, also for connections that are open. */
  void set(Fault next) {
    fault = next;
    open.forEach(FaultyWay::close);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        var client = server.accept();
        open.add(client);
        switch (fault) {
          case REFUSES -> close(client);
          case HANGS -> {}
          case NONE -> connect(client);
        }
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void connect(Socket client) throws IOException {
    var upstream = new Socket(target.getHost(), target.getPort());
    open.add(upstream);
    start(() -> pump(client, upstream));
    start(() -> pump(upstream, client));
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One side is gone; so is the connection.
    }
    close(from);
    close(to);
  }

  private static void start(Runnable work) {
    var thread = new Thread(work, "faulty-way");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(FaultyWay::close);
  }
}
