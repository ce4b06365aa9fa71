package org.deftstream.tests.platform;

import java.time.Duration;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;

/** The service's image as a deployment runs it: no root, nothing writable but volumes and /tmp. */
public final class ContainerInstance implements Platform.Instance {
  private static final String READY = "ready: ";

  private final GenericContainer<?> container;
  private final Network network;

  ContainerInstance(Network network, String instance, Map<String, String> settings) {
    this.network = network;
    container =
        new GenericContainer<>(Images.SERVICE)
            .withNetwork(network)
            .withNetworkAliases(instance)
            .withTmpFs(Map.of("/tmp", "rw,exec,mode=1777"))
            .withCreateContainerCmdModifier(
                command -> command.getHostConfig().withReadonlyRootfs(true))
            .waitingFor(
                Wait.forLogMessage(".*" + READY + ".*\\n", 1)
                    .withStartupTimeout(Platform.PATIENCE));
    settings.forEach((key, value) -> container.withEnv(CliProcess.variable(key), value));
    container.start();
  }

  @Override
  public void kill() {
    ContainerPlatform.kill(container);
  }

  @Override
  public void restart() {
    int before = starts();
    ContainerPlatform.start(container);
    Deadline.await(
        Platform.PATIENCE, () -> "become ready again:\n" + output(), () -> starts() > before);
  }

  private int starts() {
    return output().split(READY, -1).length - 1;
  }

  /** Takes it off the network, as a pulled cable would. */
  public void cut() {
    container
        .getDockerClient()
        .disconnectFromNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(container.getContainerId())
        .withForce(true)
        .exec();
  }

  /** Puts it back on the network. */
  public void mend() {
    container
        .getDockerClient()
        .connectToNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(container.getContainerId())
        .exec();
  }

  /** Whether the container still runs. */
  public boolean running() {
    return Boolean.TRUE.equals(
        container
            .getDockerClient()
            .inspectContainerCmd(container.getContainerId())
            .exec()
            .getState()
            .getRunning());
  }

  /** What the health check of the image says: starting, healthy or unhealthy. */
  public String health() {
    var health =
        container
            .getDockerClient()
            .inspectContainerCmd(container.getContainerId())
            .exec()
            .getState()
            .getHealth();
    return health == null ? "none" : health.getStatus();
  }

  /** Waits until the image's health check says that it is well. */
  public void awaitHealthy(Duration wait) {
    Deadline.await(wait, () -> "become healthy: " + health(), () -> health().equals("healthy"));
  }

  @Override
  public String output() {
    return container.getLogs();
  }

  @Override
  public void close() {
    container.stop();
  }
}
