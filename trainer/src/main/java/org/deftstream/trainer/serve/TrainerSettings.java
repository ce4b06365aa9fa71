package org.deftstream.trainer.serve;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.trainer.pairs.PairCheck;
import org.deftstream.trainer.refresh.PublicationPolicy;
import org.deftstream.trainer.refresh.RefreshPolicy;
import org.deftstream.trainer.refresh.RefreshSettings;
import org.deftstream.trainer.refresh.TrainingSettings;

/**
 * Everything that a trainer needs to know. Immutable.
 *
 * @param access brokers, registry and topics
 * @param application name of the trainer
 * @param models directory of priors, tasks and networks
 * @param network specification of NN1; empty for the models directory's own of the task's size
 * @param window what is kept of the topic
 * @param check which pairs are accepted
 * @param policy when a task is refreshed
 * @param refresh how it is judged and from where it starts
 * @param publication what becomes of a winner
 * @param canaryRecords measurements that an adapter on trial must answer before it serves all; 0
 *     leaves that to people
 * @param training how candidates are trained, the same for all tasks
 * @param methods training-free methods without parameters that the gate compares with besides the
 *     task's own
 * @param session the share of processor and GPU that is taken, and the precision of training
 * @param batch largest batch of the prior in the gate
 * @param gateTimeout longest wait for one validation pair after the one before
 */
public record TrainerSettings(
    PublisherSettings access,
    String application,
    Path models,
    Optional<Path> network,
    WindowSettings window,
    PairCheck check,
    RefreshPolicy policy,
    RefreshSettings refresh,
    PublicationPolicy publication,
    int canaryRecords,
    TrainingSettings training,
    List<String> methods,
    SessionOptions session,
    int batch,
    Duration gateTimeout) {

  /** Where; never the settings of Kafka's clients, which may hold secrets. */
  @Override
  public String toString() {
    return "trainer " + application + " in " + window.directory();
  }
}
