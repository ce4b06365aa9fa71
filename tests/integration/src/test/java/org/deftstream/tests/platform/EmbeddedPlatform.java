package org.deftstream.tests.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Processes of this machine: {@code deftstream stack up} and {@code deftstream serve}. Killing the
 * broker takes the registry with it; both keep their data.
 */
public final class EmbeddedPlatform implements Platform {
  private static final int RESTARTS = 20;

  private final Path directory;
  private final int kafkaPort;
  private final int registryPort;
  private final List<Instance> instances = new ArrayList<>();
  private CliProcess stack;

  private EmbeddedPlatform(Path directory, int kafkaPort, int registryPort) {
    this.directory = directory;
    this.kafkaPort = kafkaPort;
    this.registryPort = registryPort;
  }

  /** Starts broker and registry on free ports, with their data in a directory. */
  public static EmbeddedPlatform start(Path directory) {
    var platform = new EmbeddedPlatform(directory, freePort(), freePort());
    platform.restartBroker();
    return platform;
  }

  /** A port that nothing listens on now. */
  public static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void startStack() {
    stack =
        CliProcess.start(
            directory.resolve("stack.log"),
            Map.of(),
            "stack",
            "up",
            "--no-topics",
            "--directory=" + directory.resolve("stack"),
            "--kafka-port=" + kafkaPort,
            "--registry-port=" + registryPort);
    try {
      stack.awaitOutput("bootstrap.servers=");
    } catch (AssertionError e) {
      stack.close();
      throw e;
    }
  }

  @Override
  public String bootstrapServers() {
    return "127.0.0.1:" + kafkaPort;
  }

  @Override
  public String registryUrl() {
    return "http://127.0.0.1:" + registryPort + "/apis/ccompat/v7";
  }

  @Override
  public Instance serve(String instance, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("bootstrap.servers", bootstrapServers());
    all.put("schema.registry.url", registryUrl());
    all.put("instance.id", instance);
    all.put("state.dir", directory.resolve("state-" + instance).toString());
    all.put("ready.timeout.ms", Long.toString(PATIENCE.toMillis()));
    var started = new ServiceProcess(directory.resolve(instance + ".log"), all);
    instances.add(started);
    return started;
  }

  @Override
  public void killBroker() {
    stack.kill();
  }

  /** Stops the broker and the registry in order, with SIGTERM, and waits for their end. */
  public void stopBroker() {
    stack.close();
  }

  @Override
  public void restartBroker() {
    // The registry's process ends a moment after its parent; until then its port is taken. And on
    // a machine with much else to do a start may take longer than the program waits for.
    for (int attempt = 1; ; attempt++) {
      try {
        startStack();
        return;
      } catch (AssertionError e) {
        if (attempt == RESTARTS) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    instances.forEach(Instance::close);
    stack.close();
  }

  private static final class ServiceProcess implements Instance {
    private final Path log;
    private final Map<String, String> settings;
    private CliProcess process;

    private ServiceProcess(Path log, Map<String, String> settings) {
      this.log = log;
      this.settings = settings;
      restart();
    }

    @Override
    public void kill() {
      process.kill();
    }

    @Override
    public void restart() {
      process = CliProcess.start(log, settings, "serve");
      process.awaitOutput("ready: ");
    }

    @Override
    public String output() {
      return process.output();
    }

    @Override
    public void close() {
      process.close();
    }
  }
}
