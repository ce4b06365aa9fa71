package org.deftstream.tests.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
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

/** A child that is one node, broker and controller, of a cluster. */
final class BrokerNode {
  private static final String CLUSTER_ID = "ZGVmdHN0cmVhbS1mYXVsdA";
  private static final String HOST = "127.0.0.1";

  private BrokerNode() {}

  /** Arguments: id, port, controller port, voters, directory. */
  static List<String> arguments(
      int id, int port, int controllerPort, String voters, Path directory) {
    return List.of(
        Integer.toString(id),
        Integer.toString(port),
        Integer.toString(controllerPort),
        voters,
        directory.toString());
  }

  /** Runs the node until its parent ends it. */
  public static void main(String[] args) throws Exception {
    var directory = Path.of(args[4]);
    format(Integer.parseInt(args[0]), directory);
    var config =
        KafkaConfig.fromProps(properties(args[0], args[1], args[2], args[3], args[4]), false);
    var server = new KafkaRaftServer(config, Time.SYSTEM);
    server.startup();
    ChildJvm.awaitParent();
    server.shutdown();
    server.awaitShutdown();
    System.exit(0);
  }

  private static void format(int id, Path directory) throws Exception {
    createDirectory(directory);
    new Formatter()
        .setNodeId(id)
        .setClusterId(CLUSTER_ID)
        .setDirectories(List.of(directory.toString()))
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setIgnoreFormatted(true)
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
        .run();
  }

  private static void createDirectory(Path directory) throws IOException {
    Files.createDirectories(directory);
  }

  private static Properties properties(
      String id, String port, String controllerPort, String voters, String directory) {
    var properties = new Properties();
    properties.putAll(
        Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", id),
            Map.entry("controller.quorum.voters", voters),
            Map.entry("controller.listener.names", "CONTROLLER"),
            Map.entry(
                "listeners",
                "PLAINTEXT://"
                    + HOST
                    + ":"
                    + port
                    + ",CONTROLLER://"
                    + HOST
                    + ":"
                    + controllerPort),
            Map.entry("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port),
            Map.entry("inter.broker.listener.name", "PLAINTEXT"),
            Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
            Map.entry("log.dirs", directory),
            // Every topic, the internal ones included, survives the loss of any one node.
            Map.entry("default.replication.factor", "3"),
            Map.entry("min.insync.replicas", "2"),
            Map.entry("offsets.topic.replication.factor", "3"),
            Map.entry("offsets.topic.num.partitions", "4"),
            Map.entry("transaction.state.log.replication.factor", "3"),
            Map.entry("transaction.state.log.min.isr", "2"),
            Map.entry("transaction.state.log.num.partitions", "4"),
            Map.entry("share.coordinator.state.topic.replication.factor", "3"),
            Map.entry("share.coordinator.state.topic.min.isr", "2"),
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "2000"),
            Map.entry("broker.session.timeout.ms", "6000"),
            Map.entry("broker.heartbeat.interval.ms", "1000"),
            Map.entry("log.cleaner.dedupe.buffer.size", "8388608"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "4"),
            Map.entry("background.threads", "2")));
    return properties;
  }
}
