package org.deftstream.trainer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.evaluation.Evaluation;
import org.deftstream.deft.htransform.HTransforms;
import org.deftstream.deft.metrics.Bootstrap;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.text.ProgressLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code deftstream evaluate}: the pseudo-inverse, the training-free method at every combination of
 * the given parameters, and an adapter, on the same images, measurements and seeds. With several
 * values it is the command that tunes the training-free method on validation images.
 */
@Command(
    name = "evaluate",
    description = "Compare the methods of a task on the same simulated measurements.")
public final class EvaluateCommand implements Callable<Integer> {
  private static final long BOOTSTRAP_SEED = 1;

  @Mixin private Models models;
  @Mixin private ImageOptions images;

  @Option(
      names = "--lambda",
      split = ",",
      paramLabel = "L",
      description = "DiffPIR's lambda: values to compare instead of the task's own settings.")
  private List<Double> lambdas = new ArrayList<>();

  @Option(names = "--zeta", split = ",", paramLabel = "Z", description = "DiffPIR's zeta.")
  private List<Double> zetas = new ArrayList<>();

  @Option(names = "--steps", split = ",", paramLabel = "N", description = "Steps per sample.")
  private List<Integer> steps = new ArrayList<>();

  @Option(names = "--adapter", paramLabel = "DIR", description = "Directory of an adapter.")
  private Path adapter;

  @Option(names = "--samples", defaultValue = "1", description = "Samples per measurement.")
  private int samples;

  @Option(names = "--eta", split = ",", paramLabel = "E", description = "The adapter's eta.")
  private List<Double> etas = new ArrayList<>();

  @Option(names = "--batch", defaultValue = "16", description = "Largest batch.")
  private int batch;

  @Option(names = "--no-training-free", description = "Leave the training-free method out.")
  private boolean adapterOnly;

  @Option(names = "--seed", defaultValue = "1", description = "Seed of masks and noise.")
  private long seed;

  @Override
  public Integer call() {
    var task = models.task();
    var set = images.read(task.operator().imageShape());
    var backend = TensorFlowBackend.start(SessionOptions.standard());
    try (var prior = backend.openPrior(models.prior(task));
        var engine = new Engine(EngineSettings.of(batch))) {
      var evaluation = new Evaluation(engine, prior, task.operator(), set, seed);
      System.out.printf("%s, %d images, means with 95 %% intervals%n%n", task.name(), set.size());
      System.out.println("| method | sampler | PSNR | SSIM | s/image |");
      System.out.println("|---|---|---|---|---|");
      print("pseudo-inverse", "", evaluation.pseudoInverse());
      if (!adapterOnly) {
        var own = task.trainingFree();
        for (double lambda : or(lambdas, own.parameters().getOrDefault("lambda", 1.0))) {
          for (double zeta : or(zetas, own.sampler().noiseLevel())) {
            for (int n : or(steps, own.sampler().steps())) {
              var sampler =
                  new SamplerSettings(
                      n, own.sampler().grid(), own.sampler().noise(), zeta, samples);
              var parameters =
                  own.method().equals("diffpir") ? Map.of("lambda", lambda) : own.parameters();
              var figures =
                  sample(
                      own.method(),
                      evaluation,
                      HTransforms.create(own.method(), parameters, prior),
                      sampler,
                      set.size());
              print(own.method() + " " + parameters, sampler.describe(), figures);
            }
          }
        }
      }
      if (adapter != null) {
        var content = AdapterDirectory.read(adapter);
        var manifest = content.manifest();
        var verifier =
            new AdapterVerifier(backend.adapterNetworks(), AdapterVerifier.DEFAULT_MAX_BYTES);
        var weights = verifier.verifyWeights(manifest, content.weightsFile());
        try (var network = backend.adapterNetworks().open(manifest.network())) {
          var learned =
              new LearnedHTransform(
                  network,
                  weights,
                  manifest.features(task.operator()),
                  task.operator().imageShape(),
                  BatchSizes.upTo(batch));
          var own = task.learnedSampler();
          for (double eta : or(etas, own.noiseLevel())) {
            for (int n : or(steps, own.steps())) {
              var sampler = new SamplerSettings(n, own.grid(), own.noise(), eta, samples);
              var figures = sample("deft", evaluation, learned, sampler, set.size());
              print("deft " + manifest.adapterId(), sampler.describe(), figures);
            }
          }
        }
      }
      return 0;
    }
  }

  private static Evaluation.Figures sample(
      String method,
      Evaluation evaluation,
      org.deftstream.deft.htransform.HTransform hTransform,
      SamplerSettings sampler,
      int count) {
    try (var line = ProgressLine.onStandardError(method)) {
      return evaluation.sample(
          hTransform, sampler, done -> line.show((double) done / count, done + " of " + count));
    }
  }

  private static <T> List<T> or(List<T> given, T own) {
    return given.isEmpty() ? List.of(own) : given;
  }

  private static void print(String method, String sampler, Evaluation.Figures figures) {
    var psnr = Bootstrap.mean(figures.psnr(), BOOTSTRAP_SEED);
    var ssim = Bootstrap.mean(figures.ssim(), BOOTSTRAP_SEED);
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %.2f [%.2f, %.2f] | %.4f [%.4f, %.4f] | %.3f |%n",
        method,
        sampler,
        psnr.mean(),
        psnr.low(),
        psnr.high(),
        ssim.mean(),
        ssim.low(),
        ssim.high(),
        figures.secondsPerImage());
  }
}
