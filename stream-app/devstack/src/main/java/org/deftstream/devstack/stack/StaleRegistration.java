package org.deftstream.devstack.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a data directory that was used fit to start on: what is left of the last broker's
 * registration is removed by a controller that runs alone for a moment.
 *
 * <p>Kafka 4.1 to 4.3 takes a partition that has no leader for a deleted one, and drops the
 * transaction markers that are on their way to it (KAFKA-20734): records of an aborted transaction
 * come out with the next commit, or committed ones stay hidden behind a transaction that nobody
 * ends, or a group's offsets stay pending for ever. A partition with one replica loses its leader
 * twice: while its broker stops in order, because a controlled shutdown takes the leaderships away
 * first and the broker is told of that before it ceases to commit; and after any start on a
 * registration that the last broker left behind, which the new one leads by until the controller
 * ends it, some seconds later.
 *
 * <p>So the embedded broker stops without a controlled shutdown, and therefore starts unregistered,
 * however the last one ended: it leads nothing before it may write, and everything until it is
 * gone.
 */
final class StaleRegistration {
  private static final Logger LOG = LoggerFactory.getLogger(StaleRegistration.class);

  private static final String METADATA = "__cluster_metadata-0";
  private static final long ANSWER_SECONDS = 30;

  private StaleRegistration() {}

  /**
   * Removes the registration if the directory was in use.
   *
   * @param directory the broker's data, formatted; nobody else uses it now
   * @param brokerId the broker
   * @param controller settings of the node, as a controller only
   * @param address host and port of that controller
   * @throws Exception when the controller does not start, or does not answer in time
   */
  static void remove(Path directory, int brokerId, Properties controller, String address)
      throws Exception {
    if (!Files.exists(directory.resolve(METADATA))) {
      return;
    }
    var server = new KafkaRaftServer(KafkaConfig.fromProps(controller, false), Time.SYSTEM);
    try (var admin =
        Admin.create(
            Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG, address))) {
      server.startup();
      admin.unregisterBroker(brokerId).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
      LOG.debug("the registration of the last broker in {} is removed", directory);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof BrokerIdNotRegisteredException)) {
        throw e;
      }
    } finally {
      server.shutdown();
      server.awaitShutdown();
    }
  }
}
