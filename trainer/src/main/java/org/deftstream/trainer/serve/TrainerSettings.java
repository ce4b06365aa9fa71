package org.deftstream.trainer.serve;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.trainer.pairs.PairCheck;
import org.deftstream.trainer.publish.PublisherSettings;
import org.deftstream.trainer.refresh.PublicationPolicy;
import org.deftstream.trainer.refresh.RefreshPolicy;
import org.deftstream.trainer.refresh.RefreshSettings;

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
 * @param training how a candidate is trained
 * @param threads processor threads of TensorFlow, at least 1
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
    Training training,
    int threads,
    int batch,
    Duration gateTimeout) {

  /**
   * What is the same for the candidates of all tasks.
   *
   * @param budget of each training
   * @param learningRate first learning rate, decaying to 0
   * @param rows images per step
   * @param reuse how often an answer of the prior is used
   * @param emaDecay decay of the running average of the weights
   * @param checkpointMinutes minutes of computing between checkpoints
   * @param seed of weights, data order and noise
   */
  public record Training(
      TrainingBudget budget,
      double learningRate,
      int rows,
      int reuse,
      double emaDecay,
      double checkpointMinutes,
      long seed) {}

  /** Where; never the settings of Kafka's clients, which may hold secrets. */
  @Override
  public String toString() {
    return "trainer " + application + " in " + window.directory();
  }
}
