package org.deftstream.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * What a prior answered when it was imported, beside its weights: another machine, device or
 * version must answer the same.
 */
final class PriorReference {
  private static final String FILE = "reference.safetensors";
  private static final double TOLERANCE = 1e-2;

  private PriorReference() {}

  /**
   * Asks a prior for the noise in pure noise and notes the answer in its directory.
   *
   * @return the correlation of the answer with the noise: near 1 for a prior that was trained
   * @throws UserError if it answers with what is no number
   */
  static double write(Prior prior, Path directory) {
    var shape = prior.imageShape();
    var noise = new float[shape.size()];
    CounterNoise.ofSeed(22, 0).fill(noise, CounterNoise.INITIAL);
    int last = prior.schedule().steps() - 1;
    float[] answer = prior.predictNoise(noise, new int[] {last});
    PriorCommand.requireFinite(answer, directory);
    int[] sides = {1, shape.height(), shape.width(), shape.channels()};
    var content = new LinkedHashMap<String, FloatTensor>();
    content.put("input", new FloatTensor(sides, noise));
    content.put("timesteps", new FloatTensor(new int[] {1}, new float[] {last}));
    content.put("output", new FloatTensor(sides, answer));
    Safetensors.write(directory.resolve(FILE), content, Safetensors.Storage.F32, Map.of());
    return dot(noise, answer) / Math.sqrt(dot(noise, noise) * dot(answer, answer) + 1e-30);
  }

  /**
   * Asks again, if there is a note.
   *
   * @throws UserError if the answer is another
   */
  static void check(Prior prior, Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return;
    }
    Map<String, FloatTensor> content;
    try {
      content = Safetensors.read(file).tensors();
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
    var input = content.get("input");
    var output = content.get("output");
    var timestep = content.get("timesteps");
    int size = prior.imageShape().size();
    if (input == null
        || output == null
        || timestep == null
        || input.data().length != size
        || output.data().length != size
        || timestep.data().length != 1
        || !(timestep.data()[0] >= 0 && timestep.data()[0] < prior.schedule().steps())) {
      throw new UserError(file + " is no reference of a prior of " + prior.imageShape());
    }
    float[] answer = prior.predictNoise(input.data(), new int[] {(int) timestep.data()[0]});
    double square = 0;
    for (int i = 0; i < answer.length; i++) {
      square += Math.pow(answer[i] - output.data()[i], 2);
    }
    double off = Math.sqrt(square / (dot(output.data(), output.data()) + 1e-30));
    if (!(off < TOLERANCE)) {
      throw new UserError(
          String.format(
              java.util.Locale.ROOT,
              "prior %s answers otherwise than when it was imported: off by %.2g of the answer,"
                  + " more than %.2g (%s)",
              directory,
              off,
              TOLERANCE,
              file));
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
