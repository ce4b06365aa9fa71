package org.deftstream.deft.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.FeatureNetwork;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.task.Task;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
  private static final ImageShape SHAPE = new ImageShape(12, 12, 1);
  private static final String TASK =
      """
      {"name": "t", "prior": "p", "operator": {"kind": "inpainting", "mask": {"type": "random",
        "leastHidden": 0.4, "mostHidden": 0.5}, "noise": {"type": "gaussian", "sigma": 0.1}},
       "trainingFree": {"method": "diffpir", "parameters": {"lambda": 1},
        "sampler": {"steps": 4, "noise": "zeta", "noiseLevel": 1}},
       "learned": {"sampler": {"steps": 4, "noiseLevel": 1}}}
      """;
  private static final String PLAN =
      """
      {"name": "plan", "batch": 4, "sources": {"pictures": "%s"}, "tasks": [
        {"task": "t", "images": {"source": "pictures", "range": "0:6"},
         "calibration": {"range": "6:10"}, "reference": "two samples", "methods": [
           {"method": "pseudo-inverse"},
           {"label": "one sample", "method": "diffpir"},
           {"label": "two samples", "method": "diffpir", "parameters": {"lambda": 1}, "restarts": 2,
            "sampler": {"steps": 4, "noise": "zeta", "noiseLevel": 1, "samples": 2}}]}]}
      """;

  /** The same with noise alone: 20 dB as it is. */
  private static final String DENOISING =
      TASK.replaceAll("\\{\"kind\"[^}]*}, ", "{\"kind\": \"denoising\", ")
          .replace("\"sigma\": 0.1", "\"sigma\": 0.2");

  @TempDir private Path folder;

  @BeforeEach
  void drawPictures() throws IOException {
    var random = new SplittableRandom(1);
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    for (int n = 0; n < 10; n++) {
      var image = new BufferedImage(12, 12, BufferedImage.TYPE_BYTE_GRAY);
      for (int i = 0; i < 144; i++) {
        image.getRaster().setSample(i % 12, i / 12, 0, 128 + (int) (30 * random.nextGaussian()));
      }
      ImageIO.write(image, "png", pictures.resolve(n + ".png").toFile());
    }
  }

  @Test
  void shouldEndWithTheSameFileAfterAKill() throws IOException {
    Path whole = folder.resolve("whole");
    run(whole, Integer.MAX_VALUE);
    String expected = Files.readString(whole.resolve("results.jsonl"));
    Path killed = folder.resolve("killed");

    assertThatThrownBy(() -> run(killed, 3)).isInstanceOf(CancellationException.class);
    // As if the process had died while it wrote: the last line is cut short.
    byte[] written = Files.readAllBytes(killed.resolve("results.jsonl"));
    Files.write(killed.resolve("results.jsonl"), Arrays.copyOf(written, written.length - 25));
    run(killed, Integer.MAX_VALUE);

    assertThat(expected.lines()).hasSize(6 + 6 + 6 + 4);
    assertThat(Files.readString(killed.resolve("results.jsonl"))).isEqualTo(expected);
    assertThat(Files.readString(killed.resolve("report.md")))
        .isEqualTo(Files.readString(whole.resolve("report.md")));
    assertThat(Files.readString(killed.resolve("report.html")))
        .isEqualTo(Files.readString(whole.resolve("report.html")));
  }

  @Test
  void shouldComputeNothingTwice() throws IOException {
    Path out = folder.resolve("out");
    run(out, Integer.MAX_VALUE);
    String once = Files.readString(out.resolve("results.jsonl"));

    run(out, Integer.MAX_VALUE);

    assertThat(Files.readString(out.resolve("results.jsonl"))).isEqualTo(once);
  }

  @Test
  void shouldNotTakeTheResultsOfOnePrecisionForThoseOfAnother() throws IOException {
    Path out = folder.resolve("out");
    run(out, Integer.MAX_VALUE);
    run(out, Integer.MAX_VALUE, "bfloat16");

    assertThat(Files.readString(out.resolve("results.jsonl")).lines()).hasSize(2 * (6 + 6 + 6 + 4));
    assertThat(out.resolve("report.md")).content().contains("prior in bfloat16, a test");
  }

  @Test
  void shouldReportEveryMethodWithItsFigures() {
    Path out = folder.resolve("out");
    run(out, Integer.MAX_VALUE);

    var report = Reports.write(out);

    var task = report.plans().get(0).tasks().get(0);
    assertThat(task.methods())
        .extracting(m -> m.setup().label())
        .containsExactly("pseudo-inverse", "one sample", "two samples");
    var single = task.methods().get(1);
    assertThat(single.missing()).isZero();
    assertThat(single.psnrDifference()).isNotNull();
    assertThat(single.uncertainty()).isNull();
    var several = task.methods().get(2);
    assertThat(several.psnrDifference()).isNull();
    assertThat(several.uncertainty().calibrated()).hasSize(10);
    assertThat(several.psnrByImage()).hasSize(6);
    // The clock of the test takes a second for a chunk of 2 images; 2 samples, 2 restarts, 4 steps.
    assertThat(several.secondsPerImage()).isEqualTo(0.5);
    assertThat(several.millisPerStep()).isEqualTo(500.0 / 16);
    // The mean of two samples is nearer to the truth than one.
    assertThat(several.psnr().mean()).isGreaterThan(single.psnr().mean());
    assertThat(out.resolve("report.html")).content().contains("<svg", "data:image/png;base64,");
    assertThat(out.resolve("report.md")).content().contains("deftstream evaluate --plan plan.json");
  }

  /** The prior knows the variance of these pictures: Wiener's filter, 2.4 dB better. */
  @Test
  void shouldDenoiseByThePriorAlone() {
    assertThat(psnr("pictures", "{\"method\": \"denoiser\"}")).isBetween(21.9, 22.9);
  }

  /** Twice the noise that everybody believes in: 6 dB less without a method's doing. */
  @Test
  void shouldMeasureWithAnotherInstrumentThanTheTaskBelieves() {
    String louder =
        "\"mismatch\": {\"label\": \"twice the noise\", \"operator\": {\"noise\": {\"type\": \"gaussian\","
            + " \"sigma\": %s}}}, ";
    String noisy = "{\"method\": \"pseudo-inverse\"}";

    double expected = psnr("pictures", noisy) - 20 * Math.log10(2);
    assertThat(psnr(louder.formatted("0.4"), "pictures", noisy)).isCloseTo(expected, within(0.01));
    assertThat(folder.resolve("out-pictures-mismatch/report.md"))
        .content()
        .contains("denoising, twice the noise");
    assertThatThrownBy(() -> psnr(louder.formatted("-1"), "pictures", noisy))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("task 'denoising'")
        .hasMessageContaining("sigma");
    String another = louder.replace("{\"noise\"", "{\"kind\": \"hdr\", \"noise\"");
    assertThatThrownBy(() -> psnr(another.formatted("0.4"), "pictures", noisy))
        .hasMessageContaining("mismatch 'twice the noise': measures hdr")
        .hasMessageContaining("the task takes denoising");
  }

  @Test
  void shouldKnowTheClassicalMethods() throws IOException {
    Path edges = Files.createDirectory(folder.resolve("edges"));
    for (int n = 0; n < 6; n++) {
      var image = new BufferedImage(12, 12, BufferedImage.TYPE_BYTE_GRAY);
      for (int i = 0; i < 144; i++) {
        image.getRaster().setSample(i % 12, i / 12, 0, i % 12 < 4 + n ? 60 : 200);
      }
      ImageIO.write(image, "png", edges.resolve(n + ".png").toFile());
    }
    assertThat(psnr("edges", "{\"method\": \"pseudo-inverse\"}")).isBetween(19.0, 21.0);
    assertThat(
            psnr("edges", "{\"method\": \"total-variation\", \"parameters\": {\"weight\": 0.2}}"))
        .isGreaterThan(27);
    assertThat(psnr("edges", "{\"method\": \"l1-wavelet\", \"parameters\": {\"weight\": 0.3}}"))
        .isGreaterThan(20.5);
    assertThatThrownBy(() -> psnr("edges", "{\"method\": \"total-variation\"}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("needs the parameter 'weight'");
  }

  private double psnr(String pictures, String method) {
    return psnr("", pictures, method);
  }

  private double psnr(String mismatch, String pictures, String method) {
    Path out =
        folder.resolve("out-" + pictures + (mismatch.isEmpty() ? method.hashCode() : "-mismatch"));
    String plan =
        """
        {"name": "plan", "batch": 4, "sources": {"pictures": "%s"}, "tasks": [
          {"task": "denoising", %s"images": {"source": "pictures", "range": "0:6"},
           "methods": [%s]}]}
        """
            .formatted(folder.resolve(pictures), mismatch, method);
    try (var evaluation =
        new Evaluation(
            Plan.parse(plan),
            new Models(EvaluationModels.FLOAT32),
            new Interruption(Integer.MAX_VALUE))) {
      evaluation.run(out, "a test");
    }
    return Reports.write(out).plans().get(0).tasks().get(0).methods().get(0).psnr().mean();
  }

  @Test
  void shouldNameTheMethodThatDoesNotFit() {
    String wrong = PLAN.replace("\"lambda\": 1}, \"restarts\"", "\"lamda\": 1}, \"restarts\"");

    assertThatThrownBy(() -> open(wrong, Integer.MAX_VALUE))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("task 't', method 'two samples'")
        .hasMessageContaining("did you mean 'lambda'?");
  }

  @Test
  void shouldRefuseADirectoryThatAnotherEvaluationWritesTo() {
    Path out = folder.resolve("out");
    try (var held = ResultStore.open(out)) {
      assertThatThrownBy(() -> run(out, Integer.MAX_VALUE))
          .isInstanceOf(UserError.class)
          .hasMessage("another evaluation is writing to " + out);
      assertThat(held.manifests()).isEmpty();
    }
  }

  private void run(Path out, int chunks) {
    run(out, chunks, EvaluationModels.FLOAT32);
  }

  private void run(Path out, int chunks, String precision) {
    try (var evaluation = open(PLAN, chunks, precision)) {
      evaluation.run(out, "./deftstream evaluate --plan plan.json");
    }
    Reports.write(out);
  }

  private Evaluation open(String plan, int chunks) {
    return open(plan, chunks, EvaluationModels.FLOAT32);
  }

  private Evaluation open(String plan, int chunks, String precision) {
    var clock = new AtomicLong();
    return new Evaluation(
        Plan.parse(plan.formatted(folder.resolve("pictures"))),
        new Models(precision),
        new Interruption(chunks),
        () -> clock.getAndAdd(1_000_000_000L));
  }

  /** Ends the run after so many chunks, as a signal might. */
  private static final class Interruption implements EvaluationProgress {
    private int left;

    Interruption(int chunks) {
      left = chunks;
    }

    @Override
    public void begin(String task, String method, int number, int of, int known, int total) {
      // Only chunks count.
    }

    @Override
    public void done(int finished, int total) {
      if (--left == 0) {
        throw new CancellationException();
      }
    }

    @Override
    public void end() {
      // Only chunks count.
    }
  }

  private record Models(String precision) implements EvaluationModels {
    @Override
    public Task task(String name) {
      return Task.parse(name.equals("t") ? TASK : DENOISING, prior -> SHAPE);
    }

    @Override
    public Prior openPrior(Task task) {
      var variance = new float[SHAPE.size()];
      Arrays.fill(variance, 0.06f);
      return new GaussianPrior(
          SHAPE, NoiseSchedule.linear(1000, 1e-4, 2e-2), new float[SHAPE.size()], variance);
    }

    @Override
    public FeatureNetwork openFeatures(String name) {
      throw new UserError("no classifier " + name);
    }

    @Override
    public AdapterNetworks adapterNetworks() {
      return null; // no method here has a network
    }

    @Override
    public Path file(String name) {
      return Path.of(name);
    }

    @Override
    public String machine() {
      return "a test";
    }
  }
}
