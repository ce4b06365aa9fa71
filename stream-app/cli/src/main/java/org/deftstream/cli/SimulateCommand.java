package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.numpy.NpzFormat;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.PhysicalUnits;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.FileProblem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code deftstream simulate}: images as a task's instrument would have measured them, with its
 * noise. Each is written as an npz file with the arrays {@code values}, the auxiliary inputs,
 * {@code truth} and, for images in physical units, {@code scale} (slope and intercept), which send
 * and reconstruct take as it is.
 */
@Command(
    name = "simulate",
    description = "Measure images with a task's operator and noise.",
    footer = {
      "",
      "Example: deftstream simulate image.png --task fashion-32/inpaint --out measured",
      "Exit codes: 0 all written, 1 one or more were not, 2 wrong usage."
    })
final class SimulateCommand implements Callable<Integer> {
  @Mixin private FileOptions files;
  @Mixin private Models models;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write.")
  private Path out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of noise and auxiliary inputs; the same gives the same (default: 1).")
  private long seed;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var task = models.task();
    files.reading().checkForImages();
    var report = new FileReport("simulated");
    var shape = task.operator().imageShape();
    var options = files.reading().reading();
    var reading =
        new ReadOptions(
            options.maxBytes(),
            shape.channels() == 3 ? 3 : 1,
            options.dataset(),
            Map.of(),
            Set.of(),
            axes -> axes.length == 2 || (axes.length == 3 && axes[2] == shape.channels()));
    var named = files.named("measure", Set.of(), report);
    makeDirectory(out);
    for (var file : named.entrySet()) {
      try {
        var content = ImageFormats.read(file.getValue(), reading);
        report.note(content.notes());
        int slices = content.samples().size();
        for (int slice = 0; slice < slices; slice++) {
          String name =
              ImageFormats.stem(file.getKey()) + (slices == 1 ? "" : "-%04d".formatted(slice));
          write(task, content.samples().get(slice), name);
          report.done();
        }
      } catch (UserError | IllegalArgumentException e) {
        report.failed(file.getKey(), e.getMessage());
      }
    }
    report.finish(json, spec.commandLine().getOut(), spec.commandLine().getErr());
    return 0;
  }

  private void write(Task task, Sample image, String name) {
    var scale = files.reading().window(image.units()).or(image::scale);
    var shape = new ImageShape(image.height(), image.width(), image.channels());
    if (shape.pixels() > FileOptions.MOST_PIXELS) {
      throw new IllegalArgumentException(
          "an image of "
              + shape
              + " has more than the pixels that are taken: "
              + FileOptions.MOST_PIXELS);
    }
    var operator = task.operator().at(shape);
    var values = image.values().values().clone();
    for (int i = 0; i < values.length; i++) {
      double value = scale.isPresent() ? scale.get().toImage(values[i]) : values[i];
      values[i] = (float) Math.max(-1, Math.min(1, value));
    }
    var random = new SplittableRandom(seed ^ name.hashCode());
    var auxiliary = operator.drawAuxiliary(random);
    var bound = operator.bind(auxiliary);
    float[] measured = bound.simulate(values, random);
    var arrays = new LinkedHashMap<String, NumericArray>();
    arrays.put(
        "values",
        NumericArray.of(
            physical(bound, measured, scale), operator.measurementShape(auxiliary.keySet())));
    auxiliary.forEach(
        (input, array) -> arrays.put(input, NumericArray.of(array, shapeOf(operator, input))));
    arrays.put("truth", image.values());
    if (scale.isPresent() && operator.linear()) {
      arrays.put(
          "scale",
          NumericArray.of(
              new float[] {(float) scale.get().slope(), (float) scale.get().intercept()}, 2));
    }
    Path file = out.resolve(name + ".npz");
    makeDirectory(file.toAbsolutePath().getParent());
    try {
      NpzFormat.write(file, arrays);
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + FileProblem.reason(e), e);
    }
  }

  private static void makeDirectory(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UserError("cannot write to " + directory + ": " + FileProblem.reason(e), e);
    }
  }

  private static float[] physical(
      ForwardOperator bound, float[] measured, Optional<IntensityScale> scale) {
    return scale.isPresent() && bound.linear()
        ? PhysicalUnits.toPhysical(bound, measured, scale.get())
        : measured;
  }

  private static int[] shapeOf(ForwardOperator operator, String input) {
    int[] shape = operator.auxiliaryShapes().get(input);
    return shape == null ? operator.optionalShapes().get(input) : shape;
  }
}
