package org.deftstream.tests.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.deftstream.devstack.stack.EmbeddedRegistry;

/** Three brokers as child JVMs, and a schema registry. Used by one thread; to be closed. */
final class Cluster implements Brokers, AutoCloseable {
  static final int NODES = 3;
  private static final Duration START = Duration.ofMinutes(3);

  private final Path directory;
  private final int[] ports = new int[NODES];
  private final int[] controllerPorts = new int[NODES];
  private final ChildJvm[] nodes = new ChildJvm[NODES];
  private final Admin admin;
  private final int registryPort;
  private EmbeddedRegistry registry;

  /** Starts all and returns when all answer. */
  Cluster(Path directory) throws Exception {
    this.directory = directory;
    Files.createDirectories(directory.resolve("registry"));
    var free = freePorts(2 * NODES + 1);
    for (int i = 0; i < NODES; i++) {
      ports[i] = free.get(i);
      controllerPorts[i] = free.get(NODES + i);
    }
    registryPort = free.get(2 * NODES);
    try {
      for (int i = 0; i < NODES; i++) {
        startNode(i);
      }
      startRegistry();
      admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
      awaitNodes();
    } catch (Exception e) {
      stopChildren();
      throw e;
    }
  }

  /** Ports that are free now, all different. */
  private static List<Integer> freePorts(int number) throws IOException {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < number; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }

  @Override
  public String bootstrapServers() {
    return IntStream.of(ports)
        .mapToObj(port -> "127.0.0.1:" + port)
        .collect(Collectors.joining(","));
  }

  @Override
  public String registryUrl() {
    return registry.url();
  }

  @Override
  public int copies() {
    return NODES;
  }

  /** Starts a node that is not running, on its data. */
  void startNode(int node) throws IOException {
    String voters =
        IntStream.range(0, NODES)
            .mapToObj(i -> (i + 1) + "@127.0.0.1:" + controllerPorts[i])
            .collect(Collectors.joining(","));
    nodes[node] =
        ChildJvm.start(
            BrokerNode.class,
            directory.resolve("broker-" + (node + 1) + ".log"),
            BrokerNode.arguments(
                node + 1,
                ports[node],
                controllerPorts[node],
                voters,
                directory.resolve("broker-" + (node + 1))));
  }

  void stopNode(int node) {
    nodes[node].stop();
  }

  void killNode(int node) throws InterruptedException {
    nodes[node].kill();
  }

  /** Index of the node that leads a partition. */
  int leader(TopicPartition partition) throws Exception {
    var description =
        admin
            .describeTopics(List.of(partition.topic()))
            .allTopicNames()
            .get(START.toSeconds(), TimeUnit.SECONDS)
            .get(partition.topic());
    return description.partitions().get(partition.partition()).leader().id() - 1;
  }

  /** Waits until every partition of a topic has all its copies, so that any node may go. */
  void awaitWhole(String topic) throws Exception {
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline) {
      var description =
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get(START.toSeconds(), TimeUnit.SECONDS)
              .get(topic);
      if (description.partitions().stream().allMatch(each -> each.isr().size() == NODES)) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new IllegalStateException("the copies of " + topic + " did not catch up");
  }

  private void awaitNodes() throws Exception {
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        if (admin.describeCluster().nodes().get().size() == NODES) {
          return;
        }
      } catch (ExecutionException e) {
        // Not one of them listens yet.
        if (!(e.getCause() instanceof RetriableException)) {
          throw e;
        }
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new IllegalStateException("the brokers did not start; see " + directory);
  }

  void startRegistry() {
    registry =
        EmbeddedRegistry.start(
            directory.resolve("registry"), directory.resolve("registry.log"), registryPort, START);
  }

  void stopRegistry() {
    registry.close();
  }

  private void stopChildren() {
    if (registry != null) {
      registry.close();
    }
    for (var node : nodes) {
      if (node != null) {
        try {
          // Stopped one after the other, the last would wait for a quorum that is gone.
          node.kill();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
    stopChildren();
  }
}
