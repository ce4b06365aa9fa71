package org.deftstream.tests.platform;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * Containers on one network: Kafka, the registry, and the project's own service image, as {@code
 * docker/compose.yaml} runs them. Ports are fixed, because an address that Kafka told its clients
 * must still be right after it was restarted.
 */
public final class ContainerPlatform implements Platform {
  private static final int KAFKA_OUTSIDE = 9092;
  private static final int REGISTRY_INSIDE = 8080;
  private static final String REGISTRY_PATH = "/apis/ccompat/v7";

  private final Network network = Network.newNetwork();
  private final String host;
  private final int kafkaPort = EmbeddedPlatform.freePort();
  private final int registryPort = EmbeddedPlatform.freePort();
  private final List<ContainerInstance> instances = new ArrayList<>();
  private final GenericContainer<?> kafka;
  private final GenericContainer<?> registry;

  private ContainerPlatform() {
    host = DockerClientFactory.instance().dockerHostIpAddress();
    kafka = kafka();
    registry = registry();
  }

  /**
   * Starts Kafka and the registry.
   *
   * @throws IllegalStateException if no Docker engine answers
   */
  public static ContainerPlatform start() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      throw new IllegalStateException(
          "no Docker engine answers; docker/offline-images.sh starts one with the images it needs");
    }
    var platform = new ContainerPlatform();
    try {
      platform.kafka.start();
      platform.registry.start();
      return platform;
    } catch (RuntimeException e) {
      platform.close();
      throw e;
    }
  }

  private GenericContainer<?> kafka() {
    return container(Images.KAFKA, "kafka", KAFKA_OUTSIDE, kafkaPort)
        .withEnv(
            Map.ofEntries(
                Map.entry("KAFKA_NODE_ID", "1"),
                Map.entry("KAFKA_PROCESS_ROLES", "broker,controller"),
                Map.entry("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093"),
                Map.entry("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
                Map.entry("KAFKA_INTER_BROKER_LISTENER_NAME", "INSIDE"),
                Map.entry(
                    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
                    "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("KAFKA_LISTENERS", "INSIDE://:19092,OUTSIDE://:9092,CONTROLLER://:9093"),
                Map.entry(
                    "KAFKA_ADVERTISED_LISTENERS",
                    "INSIDE://kafka:19092,OUTSIDE://" + host + ":" + kafkaPort),
                Map.entry("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
                Map.entry("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1"),
                Map.entry("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1"),
                Map.entry("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0"),
                Map.entry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")))
        .waitingFor(Wait.forLogMessage(".*Kafka Server started.*", 1).withStartupTimeout(PATIENCE));
  }

  private GenericContainer<?> registry() {
    return container(Images.REGISTRY, "schema-registry", REGISTRY_INSIDE, registryPort)
        .withEnv("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:h2:file:/tmp/registry;WRITE_DELAY=0")
        .withEnv("REGISTRY_RULES_GLOBAL_COMPATIBILITY", "FULL_TRANSITIVE")
        .waitingFor(
            Wait.forHttp(REGISTRY_PATH + "/subjects")
                .forPort(REGISTRY_INSIDE)
                .withStartupTimeout(PATIENCE));
  }

  private GenericContainer<?> container(DockerImageName image, String alias, int inside, int port) {
    return new GenericContainer<>(image)
        .withNetwork(network)
        .withNetworkAliases(alias)
        .withExposedPorts(inside)
        .withCreateContainerCmdModifier(
            command ->
                command
                    .getHostConfig()
                    .withPortBindings(
                        new PortBinding(Ports.Binding.bindPort(port), new ExposedPort(inside))));
  }

  @Override
  public String bootstrapServers() {
    return host + ":" + kafkaPort;
  }

  @Override
  public String registryUrl() {
    return "http://" + host + ":" + registryPort + REGISTRY_PATH;
  }

  @Override
  public ContainerInstance serve(String instance, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("bootstrap.servers", "kafka:19092");
    all.put("schema.registry.url", "http://schema-registry:" + REGISTRY_INSIDE + REGISTRY_PATH);
    all.put("instance.id", instance);
    all.put("ready.timeout.ms", Long.toString(PATIENCE.toMillis()));
    var started = new ContainerInstance(network, instance, all);
    instances.add(started);
    return started;
  }

  @Override
  public void killBroker() {
    kill(kafka);
  }

  @Override
  public void restartBroker() {
    start(kafka);
    Deadline.await(
        PATIENCE,
        () -> "answer again: Kafka",
        () -> {
          try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            return !admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).isEmpty();
          }
        });
  }

  /** Kills the registry where it stands. */
  public void killRegistry() {
    kill(registry);
  }

  /** Starts the registry again on the data that it had. */
  public void restartRegistry() {
    start(registry);
  }

  static void kill(GenericContainer<?> container) {
    container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
  }

  static void start(GenericContainer<?> container) {
    container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void close() {
    instances.forEach(ContainerInstance::close);
    registry.stop();
    kafka.stop();
    network.close();
  }
}
