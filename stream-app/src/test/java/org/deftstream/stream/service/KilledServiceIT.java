package org.deftstream.stream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The short form of the fault tests: {@code kill -9} in the middle of the work, a few times. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class KilledServiceIT {
  private static final int RECORDS = 240;
  private static final int HOSTILE_EVERY = 40;
  private static final int KILLS = 3;
  private static final Duration CALL = Duration.ofMillis(15);

  @TempDir static Path directory;
  private static ServiceStack stack;

  @BeforeAll
  static void start() {
    stack = new ServiceStack(directory);
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldAnswerEveryRecordOnceAndInOrderWhateverIsKilled(int partitions) throws Exception {
    var random = new Random(partitions);
    try (var scenario = stack.scenario(partitions);
        var answers = scenario.answers()) {
      for (int i = 0; i < RECORDS; i++) {
        if (i % HOSTILE_EVERY == HOSTILE_EVERY - 1) {
          scenario.send("hostile".getBytes(StandardCharsets.UTF_8));
        } else {
          scenario.send(SmallRecords.good("m-" + i));
        }
      }
      scenario.flush();
      for (int kill = 0; kill < KILLS; kill++) {
        try (var child = ServiceChild.start(scenario, "one", CALL)) {
          // Somewhere in the work of the next records, wherever that happens to be.
          answers.await(answers.count() + 1 + random.nextInt(RECORDS / 6));
          TimeUnit.MILLISECONDS.sleep(random.nextInt(150));
          child.kill();
        }
      }
      assertThat(answers.count()).as("killed in the middle").isLessThan(RECORDS);
      try (var last = ServiceChild.start(scenario, "one", CALL)) {
        answers.await(RECORDS);
      }
      answers.readToEnd().assertExactlyOnce(RECORDS, partitions);
      assertThat(answers.reasons()).isEqualTo(Map.of("NoAvro", (long) RECORDS / HOSTILE_EVERY));
      Expected.assertPixels(answers.reconstructions());
    }
  }
}
