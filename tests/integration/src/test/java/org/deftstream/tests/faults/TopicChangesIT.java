package org.deftstream.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.deftstream.tests.benchmarks.Page;
import org.deftstream.tests.benchmarks.Section;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The topic of measurements is made anew and grows, under load, with two instances: every record
 * that is in it is answered once.
 *
 * <p>Once of each kind; in the long form ({@code -Pfaults}) as often as the property {@code
 * deftstream.faults.topic.change} says. It prints a table, and the long form puts it into {@code
 * docs/benchmarks/faults.md}.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Survival.FORM, matches = "short|long")
class TopicChangesIT {
  private static final int PARTITIONS = 2;
  private static final int ANSWERS_BETWEEN = 200;
  private static final Duration MAX_POLL_INTERVAL = Duration.ofSeconds(60);
  private static final String HEAD =
      """
      | measurements | times | records | gone with the old topic | of these dead letters | lost | duplicated |
      |---|---|---|---|---|---|---|
      """;

  private static final Map<TopicChange, String> ROWS = new TreeMap<>();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path directory;

  private static SingleBroker broker;

  @BeforeAll
  static void start() {
    broker = new SingleBroker(directory.resolve("broker"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
    Section.TOPIC_CHANGES.publish(HEAD + String.join("", ROWS.values()));
    if (Survival.isLong()) {
      Page.update();
    }
  }

  @ParameterizedTest
  @EnumSource(TopicChange.class)
  void shouldAnswerAllThatIsThereOnce(TopicChange change) throws Exception {
    int times = Survival.isLong() ? Integer.getInteger("deftstream.faults.topic.change", 1) : 1;
    var name = "change" + change.ordinal();
    try (var load = new TopicLoad(broker, name, PARTITIONS);
        var instances = new Instances(broker, name, directory.resolve(name), MAX_POLL_INTERVAL)) {
      startAll(instances);
      for (int i = 0; i < times; i++) {
        load.run(ANSWERS_BETWEEN);
        if (!change.online()) {
          instances.names().forEach(instances::stop);
        }
        if (change.anew()) {
          load.makeAnew();
        } else {
          load.grow();
        }
        if (!change.online()) {
          startAll(instances);
        }
      }
      load.run(ANSWERS_BETWEEN);
      load.finish();
      ROWS.put(
          change,
          "| %s | %d | %d | %d | %d | %d | %d |%n"
              .formatted(
                  change.description(),
                  times,
                  load.sent(),
                  load.goneWithTheTopic(),
                  load.deadLetters(),
                  load.lost(),
                  load.duplicated()));
      assertThat(load.lost()).as("lost").isZero();
      assertThat(load.duplicated()).as("answered twice").isZero();
      assertThat((long) load.deadLetters())
          .as("dead letters")
          .isLessThanOrEqualTo(load.goneWithTheTopic());
    }
  }

  private static void startAll(Instances instances) throws Exception {
    instances.start("i0", Bed.CALL);
    instances.start("i1", Bed.CALL);
  }
}
