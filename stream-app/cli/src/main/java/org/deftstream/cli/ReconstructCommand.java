package org.deftstream.cli;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.operator.PhysicalUnits;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.text.ProgressLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code deftstream reconstruct}: from files to files with the engine alone. Several measurements
 * are on their way at once; what was written before is not done again.
 */
@Command(
    name = "reconstruct",
    description = "Reconstruct measured files into files, without Kafka.",
    footer = {
      "",
      "Example: deftstream reconstruct measured.npy --task head-ct-64/ct-sparse-20 --out images",
      "Exit codes: 0 all written, 1 one or more were not, 2 wrong usage."
    })
final class ReconstructCommand implements Callable<Integer> {
  private static final IntensityScale IDENTITY = new IntensityScale(1, 0, "");
  private static final int WAITING_BATCHES = 2;

  @Mixin private FileOptions files;
  @Mixin private Models models;
  @Mixin private AnswerOptions answers;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "Use this adapter, as train writes it, not the task's training-free method.")
  private Path adapter;

  @Option(
      names = "--samples",
      paramLabel = "K",
      description = "Draw so many samples of each image; from 2 on their deviation is written too.")
  private Integer samples;

  @Option(
      names = "--batch",
      defaultValue = "8",
      paramLabel = "N",
      description = "Largest batch (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Spec private CommandSpec spec;

  private final FileReport report = new FileReport("reconstructed");
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  /** A measurement that the engine has. */
  private record Pending(TaskSample sample, CompletableFuture<Reconstruction> answer) {}

  @Override
  public Integer call() {
    if (batch < 1 || batch > 1024) {
      throw new UserError("--batch must be from 1 to 1024, got " + batch);
    }
    var task = models.task();
    var input = new TaskInput(task, files.reading(), FileOptions.MOST_PIXELS);
    var named = files.named("reconstruct", input.auxiliaryFiles(), report);
    var results = answers.open(task.name());
    var backend = TensorFlowBackend.start(SessionOptions.standard());
    try (var prior = backend.openPrior(models.prior(task));
        var method = method(TaskMethod.open(task, prior, adapter, backend, batch));
        var engine = new Engine(EngineSettings.of(batch));
        var line = ProgressLine.onStandardError("reconstruct")) {
      int number = 0;
      for (var file : named.entrySet()) {
        line.show((double) number++ / named.size(), file.getKey());
        read(file, input, results, prior, method, engine);
      }
      while (!pending.isEmpty()) {
        finish(results, method);
      }
      line.show(1, named.size() + " files");
    }
    report.finish(answers.json(), spec.commandLine().getOut(), spec.commandLine().getErr());
    return 0;
  }

  private TaskMethod method(TaskMethod found) {
    if (samples == null) {
      return found;
    }
    try {
      return found.withSamples(samples);
    } catch (IllegalArgumentException e) {
      found.close();
      throw new UserError("--samples: " + e.getMessage(), e);
    }
  }

  private void read(
      Map.Entry<String, Path> file,
      TaskInput input,
      ResultFiles results,
      Prior prior,
      TaskMethod method,
      Engine engine) {
    try {
      var content = input.read(file.getValue());
      report.note(content.notes());
      int slices = content.samples().size();
      String format = ImageFormats.formatName(file.getValue());
      for (int slice = 0; slice < slices; slice++) {
        var source = new Source(file.getKey(), format, slice, slices);
        var sample = input.sample(content, source);
        if (results.known(sample.id())) {
          report.known();
        } else {
          submit(sample, input, prior, method, engine);
        }
        while (pending.size() > WAITING_BATCHES * batch) {
          finish(results, method);
        }
      }
    } catch (UserError e) {
      report.failed(file.getKey(), e.getMessage());
    }
  }

  private void submit(
      TaskSample sample, TaskInput input, Prior prior, TaskMethod method, Engine engine) {
    try {
      var image = sample.image();
      prior.tiling().require(image, prior.imageShape());
      method.hTransform().require(image);
      pending.add(
          new Pending(
              sample,
              engine.submit(
                  new ReconstructionRequest(
                      sample.id(),
                      prior,
                      method.hTransform(),
                      sample.bind(input.operator(sample)),
                      method.sampler(),
                      0,
                      null))));
    } catch (IllegalArgumentException e) {
      report.failed(sample.source().toString(), e.getMessage());
    }
  }

  private void finish(ResultFiles results, TaskMethod method) {
    var next = pending.remove();
    var sample = next.sample();
    try {
      var answer = next.answer().join();
      report.note(
          results.add(
              result(sample, method.deviationFactor().map(answer::withDeviation).orElse(answer))));
      report.done();
    } catch (CompletionException e) {
      report.failed(sample.source().toString(), String.valueOf(e.getCause().getMessage()));
    }
  }

  private static ResultFiles.Result result(TaskSample sample, Reconstruction answer) {
    var scale = sample.scale().orElse(IDENTITY);
    return new ResultFiles.Result(
        sample.id(),
        sample.source(),
        image(sample, PhysicalUnits.image(answer.mean(), scale)),
        Optional.ofNullable(answer.standardDeviation())
            .map(deviation -> image(sample, PhysicalUnits.deviation(deviation, scale))));
  }

  private static Sample image(TaskSample sample, float[] values) {
    var shape = sample.image();
    int[] axes =
        shape.channels() == 1
            ? new int[] {shape.height(), shape.width()}
            : new int[] {shape.height(), shape.width(), shape.channels()};
    return new Sample(
        NumericArray.of(values, axes),
        sample.scale().map(IntensityScale::units).orElse(""),
        Optional.of(sample.scale().orElse(IDENTITY)),
        sample.geometry(),
        Map.of());
  }
}
