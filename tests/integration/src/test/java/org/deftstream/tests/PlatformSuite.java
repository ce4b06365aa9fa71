package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What must hold wherever the service runs. The program itself runs, as a user starts it, with the
 * models that ship; the tests see Kafka and the registry only.
 *
 * @param <P> the platform
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PlatformSuite<P extends Platform> {
  static final int PARTITIONS = 2;
  private static final Duration COMMIT_WAIT = Duration.ofSeconds(1);

  P platform;

  abstract P startPlatform(Path directory);

  @BeforeAll
  void start(@TempDir Path directory) {
    platform = startPlatform(directory);
  }

  @AfterAll
  void stop() {
    if (platform != null) {
      platform.close();
    }
  }

  @Test
  void shouldAnswerEveryRecordOnceAndSayWhatIsWrong() {
    try (var installation = new Installation(platform, "answers", PARTITIONS);
        var answers = installation.answers();
        var service = installation.serve("answers-1")) {
      installation.sendGood(8);
      installation.send("no record at all".getBytes(StandardCharsets.UTF_8));
      installation.send(Measurements.ofUnknownTask("unknown"));
      installation.send(Measurements.withoutMask("unmasked"));
      installation.sendGood(8);

      installation.assertAnsweredOnce(answers);
      assertThat(answers.reasons()).containsExactly("InvalidMeasurement", "NoAvro", "UnknownTask");
      assertThat(answers.reconstructions())
          .hasSize(16)
          .allSatisfy(
              each -> {
                assertThat(each.getTask()).isEqualTo(Measurements.TASK);
                assertThat(each.getProvenance().getInstance()).isEqualTo("answers-1");
                assertThat(each.getProvenance().getResidual()).isBetween(0.0, 20.0);
              });
      assertThat(service.output()).contains("ready: answers-1");
    }
  }

  @Test
  void shouldLoseNothingWhenTheServiceIsKilled() {
    try (var installation = new Installation(platform, "killed", PARTITIONS);
        var answers = installation.answers()) {
      installation.sendGood(60);
      try (var service = installation.serve("killed-1")) {
        answers.await(1);
        service.kill();
        assertThat(answers.readToEnd().count()).isLessThan(installation.sent());
        service.restart();
        installation.assertAnsweredOnce(answers);
      }
    }
  }

  @Test
  void shouldLoseNothingWhenTheBrokerIsKilled() {
    try (var installation = new Installation(platform, "broker", PARTITIONS);
        var answers = installation.answers();
        var service = installation.serve("broker-1")) {
      installation.sendGood(60);
      answers.await(1);
      platform.killBroker();
      platform.restartBroker();
      installation.sendGood(10);
      installation.assertAnsweredOnce(answers);
      assertThat(service.output()).doesNotContain("stopped by itself");
    }
  }

  @Test
  void shouldAnswerOnceWhenTheBrokerIsAwayForLongerThanACommitWaits() throws InterruptedException {
    try (var installation = new Installation(platform, "away", PARTITIONS);
        var answers = installation.answers();
        var service =
            installation.serve(
                "away-1", Map.of("producer.max.block.ms", Long.toString(COMMIT_WAIT.toMillis())))) {
      installation.sendGood(60);
      answers.await(1);
      platform.killBroker();
      Thread.sleep(3 * COMMIT_WAIT.toMillis());
      platform.restartBroker();
      installation.assertAnsweredOnce(answers);
    }
  }
}
