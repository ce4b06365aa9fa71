package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.number;
import static org.deftstream.tests.benchmarks.Table.percent;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.evaluation.StepParts;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.tensorflow.OperatorPlace;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the host adds to a step of a fast device: every family of operators on a prior that takes as
 * long as a device would and leaves the processors free. {@code -Ddeftstream.benchmarks.host.side}
 * and {@code .host.steps} set the images' side and the steps; {@code .host.only} takes the families
 * whose names contain it.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class HostShareIT {
  private static final int SIDE = Form.number("host.side", 64, 256);
  private static final int STEPS = Form.number("host.steps", 4, 3);
  private static final int RUNS = Form.number("host.runs", 1, 3);
  private static final int BATCH = 16;
  private static final int BATCHES = 2;
  private static final int FEW_STEPS = 3;
  private static final int MANY_STEPS = 13;
  private static final int COMPOSED_RUNS = Form.number("host.composed.runs", 3, 9);

  /** Where a run takes long there are fewer. */
  private static final Duration ENOUGH = Duration.ofSeconds(10);

  private static final Duration DEVICE = Duration.ofMillis(5);
  private static final String NOISE = "'noise':{'type':'gaussian','sigma':0.02}}";

  @TempDir private static Path folder;

  /** A small network, all of whose time is the device's. */
  private static Prior composing;

  @BeforeAll
  static void open() {
    var options = new SessionOptions(0, false).withOperators(OperatorPlace.GRAPH);
    var backend = TensorFlowBackend.start(options);
    var network = new ResidualUNetConfig(SIDE, 1, 1, 1, List.of(4, 4), 1);
    try (var training = backend.trainPrior(network, 1)) {
      composing =
          backend.openPrior(
              PriorDirectory.write(
                  folder.resolve("small"),
                  network,
                  SchedulerConfig.standard(),
                  training.averagedWeights(),
                  Safetensors.Storage.F32,
                  JsonNodeFactory.instance.objectNode().put("name", "small")));
    }
  }

  @AfterAll
  static void close() {
    composing.close();
  }

  private static Map<String, String> families() {
    int bins = SIDE * 3 / 2;
    var families = new LinkedHashMap<String, String>();
    families.put("denoising", "{'kind':'denoising',");
    families.put(
        "inpainting",
        "{'kind':'inpainting','mask':{'type':'random','leastHidden':0.3,'mostHidden':0.6},");
    families.put("hdr", "{'kind':'hdr',");
    families.put("super-resolution, 4", "{'kind':'super-resolution','factor':4,");
    families.put(
        "super-resolution, 4, bicubic",
        "{'kind':'super-resolution','factor':4,'kernel':'bicubic',");
    families.put("gaussian-blur", "{'kind':'gaussian-blur','blur':2,");
    families.put("motion-blur", "{'kind':'motion-blur','length':9,'angleDegrees':30,");
    families.put("nonlinear-blur", "{'kind':'nonlinear-blur','blur':1.2,");
    families.put("lensless", "{'kind':'lensless','brightness':3,");
    families.put("phase-retrieval", "{'kind':'phase-retrieval',");
    families.put("mri-cartesian, 1 coil", "{'kind':'mri-cartesian','acceleration':4,");
    families.put("mri-cartesian, 4 coils", "{'kind':'mri-cartesian','acceleration':4,'coils':4,");
    families.put("mri-radial", "{'kind':'mri-radial','spokes':24,");
    families.put(
        "ct-parallel, 60 views",
        "{'kind':'ct-parallel','views':60,'detectorBins':%d,".formatted(bins));
    families.put(
        "ct-fan, 60 views",
        "{'kind':'ct-fan','views':60,'detectorBins':%d,'binSize':%s,'pixelSize':1,'sourceToOrigin':%d,'sourceToDetector':%d,"
            .formatted(bins, 1.5, 2 * SIDE, 3 * SIDE));
    families.put(
        "interferometry",
        "{'kind':'interferometry','fieldOfView':100,'brightness':3,'samples':200,");
    String only = System.getProperty("deftstream.benchmarks.host.only", "");
    families.keySet().removeIf(family -> !family.contains(only));
    return families;
  }

  @Test
  void shouldSayWhatTheHostAdds() throws Exception {
    var table =
        new Table(
            "operator",
            "step, ms",
            "host's share",
            "operator, ms",
            "features, ms",
            "noise, ms",
            "solver, ms",
            "composed: host, ms",
            "composed: host's share",
            "begin and end, ms");
    for (var family : families().entrySet()) {
      var subject = subject(family.getValue());
      var parts = StepParts.measure(subject, BATCH, RUNS);
      double step = secondsOfStep(subject);
      var beside = composed(subject);
      table.row(
          family.getKey(),
          number(1e3 * step, 1),
          percent(1 - DEVICE.toNanos() / 1e9 / step),
          number(1e3 * parts.operator(), 1),
          number(1e3 * parts.features(), 1),
          number(1e3 * parts.noise(), 1),
          number(1e3 * parts.solver(), 1),
          beside.map(found -> number(1e3 * found.step(), 2)).orElse(""),
          beside.map(found -> percent(found.share())).orElse(""),
          beside.map(found -> number(1e3 * found.ends(), 1)).orElse(""));
      System.out.println(family.getKey() + ": " + number(1e3 * step, 1) + " ms a step");
    }
    Section.HOST_SHARE.publish(table.markdown());
    if (Form.isLong()) {
      Page.update();
    }
  }

  private static StepParts.Subject subject(String beginning) throws Exception {
    var shape = new ImageShape(SIDE, SIDE, 1);
    var random = new Random(1);
    var spec = new ObjectMapper().readTree((beginning + NOISE).replace('\'', '"'));
    var made = Operators.create(spec, shape);
    var drawn = made.drawAuxiliary(random);
    ForwardOperator operator = drawn.isEmpty() ? made : made.bind(drawn);
    var image = new float[shape.size()];
    for (int i = 0; i < image.length; i++) {
      double y = 2.0 * (i / SIDE) / SIDE - 1;
      double x = 2.0 * (i % SIDE) / SIDE - 1;
      image[i] = (float) Math.max(-0.9, 0.7 - 1.6 * (x * x + y * y));
    }
    return new StepParts.Subject(
        new DevicePrior(shape, DEVICE, Duration.ZERO),
        new DiffPir(8),
        new SamplerSettings(
            STEPS, SamplerSettings.TimeGrid.QUADRATIC, SamplerSettings.NoiseRule.ZETA, 0.3, BATCH),
        BoundMeasurement.of(operator, operator.simulate(image, random)));
  }

  /** Of the engine, with full batches. */
  private static double secondsOfStep(StepParts.Subject subject) {
    try (var engine = new Engine(EngineSettings.of(BATCH))) {
      // Compiles; only what comes after it counts.
      engine.submit(request("warm-up", subject)).join();
      var before = engine.statistics();
      long begun = System.nanoTime();
      var answers = new ArrayList<CompletableFuture<Reconstruction>>();
      for (int i = 0; i < BATCHES; i++) {
        answers.add(engine.submit(request("m-" + i, subject)));
      }
      answers.forEach(CompletableFuture::join);
      double seconds = (System.nanoTime() - begun) / 1e9;
      long steps = engine.statistics().steps() - before.steps();
      assertThat(steps).isGreaterThanOrEqualTo((long) BATCHES * STEPS);
      return seconds / steps;
    }
  }

  /**
   * What composed steps leave to the host.
   *
   * @param step seconds of a step beside its call
   * @param ends seconds of a batch's begin and end: the first noise, the way to the device and
   *     back, the statistics of the samples
   */
  private record Beside(double step, double ends) {
    double share() {
      return step / (step + DEVICE.toNanos() / 1e9);
    }
  }

  /** Of short and of long trajectories; empty if there are no composed steps. */
  private static Optional<Beside> composed(StepParts.Subject subject) {
    double few = secondsBesideCalls(subject, FEW_STEPS);
    if (Double.isNaN(few)) {
      return Optional.empty();
    }
    double step = (secondsBesideCalls(subject, MANY_STEPS) - few) / (MANY_STEPS - FEW_STEPS);
    return Optional.of(new Beside(step, few - FEW_STEPS * step));
  }

  /** Of a batch from its begin to its end; the least of some. NaN if its steps are not composed. */
  private static double secondsBesideCalls(StepParts.Subject subject, int steps) {
    var sampler =
        new SamplerSettings(
            steps, SamplerSettings.TimeGrid.QUADRATIC, SamplerSettings.NoiseRule.ZETA, 0.3, BATCH);
    var composed =
        new StepParts.Subject(composing, subject.hTransform(), sampler, subject.measurement());
    try (var engine = new Engine(EngineSettings.of(BATCH))) {
      var first = engine.submit(request("warm-up", composed)).join();
      if (!first.device().endsWith(", composed")) {
        return Double.NaN;
      }
      double least = Double.MAX_VALUE;
      long start = System.nanoTime();
      for (int i = 0; i < COMPOSED_RUNS && System.nanoTime() - start < ENOUGH.toNanos(); i++) {
        var before = engine.statistics().priorTime();
        long begun = System.nanoTime();
        var answer = engine.submit(request("m-" + i, composed)).join();
        long all = System.nanoTime() - begun;
        assertThat(answer.device()).endsWith(", composed");
        long calls = engine.statistics().priorTime().minus(before).toNanos();
        least = Math.min(least, (all - calls) / 1e9);
      }
      return least;
    }
  }

  private static ReconstructionRequest request(String id, StepParts.Subject subject) {
    return new ReconstructionRequest(
        id,
        subject.prior(),
        subject.hTransform(),
        subject.measurement(),
        subject.sampler(),
        0,
        null);
  }
}
