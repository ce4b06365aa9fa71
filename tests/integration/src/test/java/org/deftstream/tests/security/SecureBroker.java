package org.deftstream.tests.security;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A broker in this process with one listener for clients, which is secured. */
final class SecureBroker implements AutoCloseable {
  private static final String CLUSTER_ID = "c2VjdXJlLWRlZnRzdHJlYQ";

  private final KafkaRaftServer server;
  private final int port;

  private SecureBroker(KafkaRaftServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Starts one.
   *
   * @param directory its data
   * @param protocol Kafka's name of the listener's security protocol
   * @param settings the broker's settings for it
   * @param scram users of SCRAM, as Kafka's storage tool takes them; may be empty
   */
  static SecureBroker start(
      Path directory, String protocol, Map<String, String> settings, List<String> scram)
      throws Exception {
    int port = freePort();
    int controllerPort = freePort();
    var properties = new Properties();
    properties.putAll(
        Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", "1"),
            Map.entry("controller.quorum.voters", "1@127.0.0.1:" + controllerPort),
            Map.entry("controller.listener.names", "CONTROLLER"),
            Map.entry(
                "listeners",
                "CLIENTS://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort),
            Map.entry("advertised.listeners", "CLIENTS://127.0.0.1:" + port),
            Map.entry("inter.broker.listener.name", "CLIENTS"),
            Map.entry(
                "listener.security.protocol.map", "CLIENTS:" + protocol + ",CONTROLLER:PLAINTEXT"),
            Map.entry("log.dirs", Files.createDirectories(directory).toString()),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("offsets.topic.num.partitions", "4"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("transaction.state.log.num.partitions", "4"),
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("log.cleaner.dedupe.buffer.size", "8388608")));
    properties.putAll(settings);
    new Formatter()
        .setNodeId(1)
        .setClusterId(CLUSTER_ID)
        .setDirectories(List.of(directory.toString()))
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setScramArguments(scram)
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
        .run();
    var server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
    server.startup();
    return new SecureBroker(server, port);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
