package org.deftstream.messaging.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/** An admin client whose failures are explained to the user. Closed by whoever opened it. */
final class ClusterAdmin implements AutoCloseable {
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(1);

  private final Connection connection;
  private final Admin admin;

  private ClusterAdmin(Connection connection, Admin admin) {
    this.connection = connection;
    this.admin = admin;
  }

  /**
   * Opens a client and waits for the cluster's first answer.
   *
   * @throws UserError when the settings are wrong or no broker answers within the deadline
   */
  static ClusterAdmin open(Connection connection) {
    var opened = new ClusterAdmin(connection, create(connection));
    try {
      opened.get(opened.admin.describeCluster().nodes(), "reach the cluster");
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static Admin create(Connection connection) {
    try {
      return Admin.create(connection.adminConfig());
    } catch (KafkaException e) {
      // The outer ones only say that something could not be made; then comes the file or setting.
      Throwable cause = e;
      while (cause.getCause() != null
          && String.valueOf(cause.getMessage()).startsWith("Failed to c")) {
        cause = cause.getCause();
      }
      String why =
          cause.getCause() instanceof IOException file
              ? cause.getMessage() + ": " + FileProblem.reason(file)
              : cause.getMessage();
      throw new UserError(
          "cannot connect to Kafka at " + connection.bootstrapServers() + ": " + why, e);
    }
  }

  Admin admin() {
    return admin;
  }

  /** The longest wait for an answer. */
  Duration deadline() {
    return connection.deadline();
  }

  /** Waits for an answer within the deadline; {@code purpose} completes "cannot ...". */
  <T> T get(KafkaFuture<T> answer, String purpose) {
    try {
      return answer.get(connection.deadline().toMillis() + 1000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while waiting for Kafka", e);
    } catch (java.util.concurrent.TimeoutException e) {
      throw noAnswer(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TimeoutException timeout
          ? noAnswer(timeout)
          : new UserError(
              "cannot "
                  + purpose
                  + " on Kafka at "
                  + connection.bootstrapServers()
                  + ": "
                  + e.getCause().getMessage(),
              e.getCause());
    }
  }

  private UserError noAnswer(Throwable cause) {
    return new UserError(
        "no Kafka broker answers at "
            + connection.bootstrapServers()
            + " within "
            + connection.deadline().toSeconds()
            + " s; check bootstrap.servers and, where the cluster asks for them, the security"
            + " settings (kafka.security.protocol and so on)",
        cause);
  }

  @Override
  public void close() {
    admin.close(CLOSE_DEADLINE);
  }
}
