package org.deftstream.trainer.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.training.TrainingRun;
import org.deftstream.trainer.gate.PromotionGate;
import org.deftstream.trainer.pairs.PairWindow;
import org.deftstream.trainer.pairs.Pairs;
import org.deftstream.trainer.pairs.TrainValidationSplit;
import org.deftstream.trainer.refresh.Outcome.End;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefreshTest {
  private static final Task TASK = Pairs.task();
  private static final RefreshListener DEAF =
      new RefreshListener() {
        @Override
        public void stepped(long step, double progress, double loss, double elapsedMinutes) {}

        @Override
        public void checkpointed(TrainingRun run) {}
      };

  @TempDir private Path directory;
  private final Adapters adapters = new Adapters();
  private RefreshFiles files;

  @BeforeEach
  void freezePairs() {
    files = RefreshFiles.of(directory, 3);
    try (var window = new PairWindow(TASK, directory.resolve("window.f32"), 100)) {
      for (int i = 0; i < 60; i++) {
        window.add(Pairs.simulated("p" + i, null), i, 0, i);
      }
      window.freeze(files.pairs());
    }
  }

  private Outcome run(StartFrom from) {
    var settings =
        new RefreshSettings(new TrainValidationSplit(0.5), 20, from, new PromotionGate(0.1));
    return new Refresh(TASK, 3, files, settings, adapters, adapters, adapters, Clock.systemUTC())
        .run("20 new pairs came", DEAF);
  }

  @Test
  void shouldPublishTheFirstAdapterThatBeatsTheTrainingFreeMethod() {
    adapters.psnr.put("scratch", 30.0);
    var outcome = run(StartFrom.SERVING);
    assertThat(outcome.end()).isEqualTo(End.PUBLISHED);
    assertThat(outcome.adapterId().orElseThrow()).startsWith("small-inpaint-r0003-");
    var manifest = adapters.published.get(0).manifest();
    assertThat(manifest.adapterId()).isEqualTo(outcome.adapterId().orElseThrow());
    assertThat(manifest.validation().at("/against/0/name").asText()).isEqualTo("diffpir");
    assertThat(manifest.validation().at("/residual/high").asDouble()).isPositive();
  }

  @Test
  void shouldPublishNothingThatIsNotBetterThanTheServingAdapter() {
    adapters.serving = Optional.of(Adapters.content("old", "serving"));
    adapters.psnr.put("serving", 31.0);
    adapters.psnr.put("warm", 31.05);
    var outcome = run(StartFrom.SERVING);
    assertThat(outcome.end()).isEqualTo(End.REFUSED);
    assertThat(outcome.reason()).contains("against old").contains("not above the margin");
    assertThat(adapters.published).isEmpty();
  }

  @Test
  void shouldTakeTheBetterOfTwoStarts() {
    adapters.serving = Optional.of(Adapters.content("old", "serving"));
    adapters.psnr.put("serving", 28.0);
    adapters.psnr.put("warm", 29.0);
    adapters.psnr.put("scratch", 30.0);
    run(StartFrom.BOTH);
    assertThat(adapters.trained).containsExactly("warm", "scratch");
    assertThat(new String(adapters.published.get(0).weightsFile(), StandardCharsets.UTF_8))
        .isEqualTo("scratch");
  }

  @Test
  void shouldStartAfreshWhereTheServingAdapterDoesNotFit() {
    adapters.serving = Optional.of(Adapters.content("old", "serving"));
    adapters.fits = false;
    adapters.psnr.put("serving", 28.0);
    adapters.psnr.put("scratch", 30.0);
    run(StartFrom.SERVING);
    assertThat(adapters.trained).containsExactly("scratch");
  }

  @Test
  void shouldReportADivergedTrainingAndPublishNothing() {
    adapters.diverges.add("scratch");
    var outcome = run(StartFrom.SCRATCH);
    assertThat(outcome.end()).isEqualTo(End.DIVERGED);
    assertThat(outcome.reason()).contains("scratch: training diverged");
    assertThat(adapters.published).isEmpty();
    assertThat(files.result()).isPresent();
  }

  @Test
  void shouldJudgeTheOtherStartWhenOneDiverges() {
    adapters.serving = Optional.of(Adapters.content("old", "serving"));
    adapters.psnr.put("serving", 28.0);
    adapters.psnr.put("scratch", 30.0);
    adapters.diverges.add("warm");
    assertThat(run(StartFrom.BOTH).end()).isEqualTo(End.PUBLISHED);
  }

  @Test
  void shouldComeToTheSameEndWhereverItIsInterrupted() {
    adapters.serving = Optional.of(Adapters.content("old", "serving"));
    adapters.psnr.put("serving", 28.0);
    adapters.psnr.put("warm", 29.0);
    adapters.psnr.put("scratch", 30.0);
    int interruptions = 0;
    Outcome outcome = null;
    // Each start gets one call to the outside further than the last: none is lost.
    while (outcome == null) {
      adapters.callsLeft = interruptions == 0 ? 0 : 1;
      try {
        outcome = run(StartFrom.BOTH);
      } catch (UserError e) {
        assertThat(e).hasMessage("interrupted");
        interruptions++;
        assertThat(interruptions).isLessThan(10);
      }
    }
    // Before the first call, and after: what serves, two trainings.
    assertThat(interruptions).isEqualTo(4);
    assertThat(outcome.end()).isEqualTo(End.PUBLISHED);
    assertThat(adapters.published).hasSize(1);
    assertThat(adapters.trained).containsOnlyOnce("warm").containsOnlyOnce("scratch");
  }

  @Test
  void shouldJudgeWithTheSamplerThatProductionHadWhenTheRefreshBegan() {
    var sampler = TASK.learnedSampler().withSteps(3).withSamples(2);
    adapters.serving = Optional.of(Adapters.content("old", "serving"));
    adapters.sampler = Optional.of(sampler);
    adapters.psnr.put("serving", 28.0);
    adapters.psnr.put("warm", 29.0);
    // What production is was noted; the training is interrupted.
    adapters.callsLeft = 1;
    assertThatThrownBy(() -> run(StartFrom.SERVING)).hasMessage("interrupted");
    adapters.sampler = Optional.empty();
    adapters.callsLeft = Integer.MAX_VALUE;
    assertThat(run(StartFrom.SERVING).end()).isEqualTo(End.PUBLISHED);
    assertThat(adapters.sampledWith).hasSize(3).containsOnly(Optional.of(sampler));
  }

  @Test
  void shouldNotPublishAgainWhatWasPublishedBeforeAKill() throws IOException {
    adapters.psnr.put("scratch", 30.0);
    var first = run(StartFrom.SCRATCH);
    Files.delete(files.directory().resolve("result.json"));
    var second = run(StartFrom.SCRATCH);
    assertThat(second.end()).isEqualTo(End.PUBLISHED);
    assertThat(second.adapterId()).isEqualTo(first.adapterId());
    assertThat(adapters.published).hasSize(1);
  }

  @Test
  void shouldRefuseWhenSomebodyChangedTheServingAdapter() {
    adapters.psnr.put("scratch", 30.0);
    adapters.changed = true;
    var outcome = run(StartFrom.SCRATCH);
    assertThat(outcome.end()).isEqualTo(End.REFUSED);
    assertThat(outcome.reason()).isEqualTo("another one serves");
  }

  @Test
  void shouldKeepADirectoryThatRecordsTheRun() throws IOException {
    adapters.psnr.put("scratch", 30.0);
    run(StartFrom.SCRATCH);
    assertThat(files.plan().orElseThrow().path("reason").asText()).isEqualTo("20 new pairs came");
    assertThat(files.result().orElseThrow().path("end").asText()).isEqualTo("PUBLISHED");
    assertThat(Files.readString(files.directory().resolve("index.html")))
        .contains("Refresh 3 of small/inpaint")
        .contains("<td>diffpir</td><td class=\"n\">25.00</td><td class=\"n\">+5.000</td>");
  }
}
