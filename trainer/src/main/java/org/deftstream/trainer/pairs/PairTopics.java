package org.deftstream.trainer.pairs;

/**
 * What the brokers say of the topic of pairs and of the one of their dead letters, which may be
 * deleted, made anew or grown at any time. Used by one thread; closed by its owner.
 */
public interface PairTopics extends AutoCloseable {
  /**
   * Both topics as they are now.
   *
   * @param id the id that the brokers gave the topic of pairs when it was made: another one after
   *     it was deleted and made anew, whose offsets begin at 0 again
   * @param partitions of the topic of pairs, at least 1
   * @param letterLimit largest dead letter in bytes
   */
  record Facts(String id, int partitions, long letterLimit) {}

  /**
   * Asks the brokers.
   *
   * @throws org.deftstream.deft.UserError if a topic is not there or the brokers do not answer
   */
  Facts look();

  @Override
  void close();
}
