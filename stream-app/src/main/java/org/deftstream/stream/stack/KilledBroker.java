package org.deftstream.stream.stack;

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
 * Makes a data directory fit to start on after its broker was killed: the dead broker's
 * registration is removed by a controller that runs alone for a moment.
 *
 * <p>Otherwise the new broker leads its partitions on the word of the dead one's registration until
 * the controller ends that, some seconds later; for an instant the partitions then have no leader,
 * and Kafka 4.1 to 4.3 takes a partition without leader for a deleted one and drops the transaction
 * markers that were on their way to it (KAFKA-20734). Records of an aborted transaction would come
 * out with the next commit, or a group's offsets would stay pending for ever. A broker that starts
 * unregistered leads nothing before it may write.
 */
final class KilledBroker {
  private static final Logger LOG = LoggerFactory.getLogger(KilledBroker.class);

  /** What Kafka leaves behind when it was stopped in order. */
  private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

  private static final String METADATA = "__cluster_metadata-0";
  private static final long ANSWER_SECONDS = 30;

  private KilledBroker() {}

  /**
   * Removes the registration if the directory was in use and its broker did not stop in order.
   *
   * @param directory the broker's data, formatted; nobody else uses it now
   * @param brokerId the broker
   * @param controller settings of the node, as a controller only
   * @param address host and port of that controller
   * @throws Exception when the controller does not start, or does not answer in time
   */
  static void unregister(Path directory, int brokerId, Properties controller, String address)
      throws Exception {
    if (!Files.exists(directory.resolve(METADATA))
        || Files.exists(directory.resolve(CLEAN_SHUTDOWN))) {
      return;
    }
    var server = new KafkaRaftServer(KafkaConfig.fromProps(controller, false), Time.SYSTEM);
    try (var admin =
        Admin.create(
            Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG, address))) {
      server.startup();
      admin.unregisterBroker(brokerId).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
      LOG.info("the broker in {} was killed; its registration is removed", directory);
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
