package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.number;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.deftstream.devstack.demo.TrainingPictures;
import org.deftstream.trainer.pairs.Pair;
import org.deftstream.trainer.refresh.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A first refresh, a second one with as many pairs more, and two with poisoned pairs: truths that
 * are noise, truths that are another pair's. {@code -Ddeftstream.benchmarks.refreshes.pairs} sets
 * how many, {@code .steps} the length of a training.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class RefreshesIT {
  private static final int PAIRS = Form.number("refreshes.pairs", 200, 1_000);
  private static final int STEPS = Form.number("refreshes.steps", 10, 300);
  private static final int VALIDATION = Form.number("refreshes.validation", 8, 100);
  private static final int ROWS = Form.number("refreshes.rows", 16, 64);
  private static final int REUSE = 4;
  private static final double POISONED = 0.2;

  @TempDir static Path directory;

  private final TrainingPictures clothes = TrainingPictures.read();
  private final Table table =
      new Table(
          "refresh",
          "pairs",
          "candidate",
          "against",
          "improvement, dB",
          "95 % interval",
          "median without the best quarter",
          "end",
          "minutes");

  @Test
  void shouldBecomeBetterOrPublishNothing() throws Exception {
    try (var learning = new Learning(directory, 1, Form.isLong(), VALIDATION)) {
      var first = pairs(learning, PAIRS);
      var second = pairs(learning, 2 * PAIRS);
      row("first", first.size(), learning.refresh(first, STEPS, ROWS, REUSE));
      var again = learning.refresh(second, STEPS, ROWS, REUSE);
      row("second", second.size(), again);
      var noise = learning.refresh(noisy(learning, 2 * PAIRS), STEPS, ROWS, REUSE);
      row("a fifth noise", 2 * PAIRS, noise);
      var shuffled = learning.refresh(shuffled(learning, 2 * PAIRS), STEPS, ROWS, REUSE);
      row("a fifth shuffled", 2 * PAIRS, shuffled);
      Section.REFRESHES.publish(table.markdown());
      if (Form.isLong()) {
        Page.update();
        assertThat(noise.outcome().end()).isNotEqualTo(Outcome.End.PUBLISHED);
        assertThat(shuffled.outcome().end()).isNotEqualTo(Outcome.End.PUBLISHED);
      }
    }
  }

  private List<Pair> pairs(Learning learning, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> learning.measured(i, clothes.picture(i)))
        .toList();
  }

  /** The trainer measures these itself, so that truth and measurement always belong together. */
  private List<Pair> noisy(Learning learning, int count) {
    var random = new SplittableRandom(1);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                learning.unmeasured(
                    i, random.nextDouble() < POISONED ? noise(i) : clothes.picture(i)))
        .toList();
  }

  /**
   * The poisoned ones pass their truths on in a circle and keep their measurements. They are handed
   * to the gate past the check of pairs, which would reject them one by one.
   */
  private List<Pair> shuffled(Learning learning, int count) {
    var random = new SplittableRandom(1);
    var pairs = new ArrayList<>(pairs(learning, count));
    var wrong =
        IntStream.range(0, count).filter(i -> random.nextDouble() < POISONED).boxed().toList();
    for (int i = 0; i < wrong.size(); i++) {
      var pair = pairs.get(wrong.get(i));
      float[] truth = clothes.picture(wrong.get((i + 1) % wrong.size()));
      pairs.set(
          wrong.get(i),
          new Pair(
              pair.id(), pair.series(), pair.task(), truth, pair.measurement(), pair.auxiliary()));
    }
    return pairs;
  }

  private static float[] noise(int seed) {
    var random = new SplittableRandom(seed);
    var noise = new float[32 * 32];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextDouble(-1, 1);
    }
    return noise;
  }

  private void row(String name, int pairs, Learning.Done done) {
    var judgement = done.judgement();
    var rivals = new ArrayList<JsonNode>();
    judgement.path("against").forEach(rivals::add);
    for (var rival : rivals) {
      table.row(
          name,
          pairs,
          "%s dB (%s to %s)"
              .formatted(
                  number(judgement.path("psnr").asDouble(), 2),
                  number(judgement.path("psnrLow").asDouble(), 2),
                  number(judgement.path("psnrHigh").asDouble(), 2)),
          "%s, %s dB"
              .formatted(rival.path("name").asText(), number(rival.path("psnr").asDouble(), 2)),
          number(rival.path("improvementDb").asDouble(), 3),
          number(rival.path("low").asDouble(), 3)
              + " to "
              + number(rival.path("high").asDouble(), 3),
          number(rival.path("cautious").asDouble(), 3),
          done.outcome().end(),
          number(done.seconds() / 60, 1));
    }
  }
}
