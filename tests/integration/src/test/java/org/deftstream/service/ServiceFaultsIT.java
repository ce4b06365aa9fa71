package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.deftstream.schemas.DeadLetterHeaders;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The short form of the fault tests: services in JVMs of their own, killed, stalled, poisoned. */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
class ServiceFaultsIT {
  @TempDir static Path directory;
  private static ServiceStack stack;

  @BeforeAll
  static void start() {
    stack = new ServiceStack(directory);
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldAnswerEveryRecordOnceAndInOrderWheneverItIsKilled(int partitions) throws Exception {
    int records = 240;
    int hostileEvery = 40;
    int kills = 3;
    var call = Duration.ofMillis(15);
    var random = new Random(partitions);
    try (var scenario = stack.scenario(partitions);
        var answers = scenario.answers()) {
      for (int i = 0; i < records; i++) {
        if (i % hostileEvery == hostileEvery - 1) {
          scenario.send("hostile".getBytes(StandardCharsets.UTF_8));
        } else {
          scenario.send(SmallRecords.good("m-" + i));
        }
      }
      scenario.flush();
      for (int kill = 0; kill < kills; kill++) {
        try (var child = ServiceChild.start(scenario, "one", call)) {
          // Somewhere in the work of the next records, wherever that happens to be.
          answers.await(answers.count() + 1 + random.nextInt(records / 6));
          TimeUnit.MILLISECONDS.sleep(random.nextInt(150));
          child.kill();
        }
      }
      assertThat(answers.count()).as("killed in the middle").isLessThan(records);
      try (var last = ServiceChild.start(scenario, "one", call)) {
        answers.await(records);
        assertThat(last.alive()).isTrue();
      }
      answers.readToEnd().assertExactlyOnce(records, partitions);
      assertThat(answers.reasons()).isEqualTo(Map.of("NoAvro", (long) records / hostileEvery));
      Expected.assertPixels(answers.reconstructions());
    }
  }

  /**
   * An instance that recovered work is stalled with results in hand until another has taken its
   * partition and published them, and then wakes up. All records are consumed before, so that
   * without new input nothing but a probe could tell it that it was replaced.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "processes are stalled by a signal")
  void shouldPublishNothingASecondTimeWhenItWasReplaced(boolean newInput) throws Exception {
    int records = 48;
    var call = Duration.ofMillis(120);
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers()) {
      for (int i = 0; i < records; i++) {
        scenario.send(SmallRecords.good("m-" + i));
      }
      scenario.flush();
      try (var first = ServiceChild.start(scenario, "one", call)) {
        answers.await(1);
        first.kill();
      }
      try (var zombie = ServiceChild.start(scenario, "one", call)) {
        answers.await(answers.count() + 1);
        zombie.stall();
        assertThat(answers.count()).isLessThan(records);
        if (newInput) {
          scenario.send(SmallRecords.good("new"));
          scenario.flush();
        }
        try (var heir = ServiceChild.start(scenario, "two", Duration.ofMillis(1))) {
          answers.await(scenario.sent());
          zombie.resume();
          // Whatever it still had in hand is tried before it answers, or leaves to the heir, these.
          for (int i = 0; i < records; i++) {
            scenario.send(SmallRecords.good("later-" + i));
          }
          scenario.flush();
          answers.await(scenario.sent());
          assertThat(heir.alive()).isTrue();
        }
      }
      answers.readToEnd().assertExactlyOnce(scenario.sent(), 1);
      Expected.assertPixels(answers.reconstructions());
    }
  }

  @Test
  void shouldGiveUpTheRecordThatEndsTheProcessAndNoOther() throws Exception {
    int records = 12;
    int poison = 4;
    int mostStarts = 6;
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers()) {
      for (int i = 0; i < records; i++) {
        scenario.send(SmallRecords.good(i == poison ? ServiceChild.POISON : "m-" + i));
      }
      scenario.flush();
      int starts = 0;
      while (answers.count() < records) {
        assertThat(++starts).as("starts of the process").isLessThanOrEqualTo(mostStarts);
        try (var child = ServiceChild.startMortal(scenario, "one", Duration.ofMillis(5))) {
          while (child.alive() && answers.count() < records) {
            answers.read();
          }
        }
        answers.readToEnd();
      }
      answers.assertExactlyOnce(records, 1);
      assertThat(answers.reasons()).isEqualTo(Map.of("GivenUp", 1L));
      var letter = answers.deadLetters().get(0);
      assertThat(Answers.header(letter, DeadLetterHeaders.OFFSET))
          .isEqualTo(Integer.toString(poison));
      assertThat(letter.value()).isEqualTo(scenario.bytes(SmallRecords.good(ServiceChild.POISON)));
    }
  }
}
