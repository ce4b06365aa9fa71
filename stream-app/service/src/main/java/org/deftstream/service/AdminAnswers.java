package org.deftstream.service;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.deftstream.deft.UserError;

/** Waits for answers of Kafka's administration, within a bound. */
final class AdminAnswers {
  private static final long SECONDS = 30;

  private AdminAnswers() {}

  /**
   * The answer.
   *
   * @param what completes "the service wanted to ..."
   * @throws UnfitTopicsException if a topic is not there
   * @throws UserError if there is no answer, or another refusal
   */
  static <T> T get(KafkaFuture<T> future, String what) {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("the service was interrupted while it wanted to " + what, e);
    } catch (TimeoutException e) {
      throw new UserError(
          "Kafka did not answer within " + SECONDS + " s when the service wanted to " + what, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new UnfitTopicsException(
            "a topic of the service does not exist; create them with: deftstream topics create", e);
      }
      throw new UserError("the service could not " + what + ": " + e.getCause().getMessage(), e);
    }
  }
}
