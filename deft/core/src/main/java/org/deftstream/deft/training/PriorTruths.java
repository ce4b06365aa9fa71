package org.deftstream.deft.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.text.FileProblem;

/**
 * Samples of a prior as images to learn from. The h-transform of a prior knows of images what the
 * prior knows, so its samples, measured with the task's operator, are pairs enough to learn it from
 * where there are no others. They are drawn once and kept in files. Immutable.
 */
public final class PriorTruths implements Truths {
  private static final int BATCH = 16;

  /**
   * Without fresh noise, and fine where noise is low: 50 stochastic steps on a uniform grid leave a
   * third of a Gaussian prior's variance out.
   */
  private static final SamplerSettings SAMPLER =
      new SamplerSettings(
          50, SamplerSettings.TimeGrid.QUADRATIC, SamplerSettings.NoiseRule.ETA, 0, 1);

  /** Of the heap, for the samples. */
  private static final int SHARE = 4;

  private static final String TENSOR = "images";

  private final ImageShape shape;
  private final List<float[]> images;

  private PriorTruths(ImageShape shape, List<float[]> images) {
    this.shape = shape;
    this.images = images;
  }

  /**
   * Reads the samples that are kept and draws those that are missing. Sample i is the same image
   * however many are asked for.
   *
   * @param shape of the images; one that the prior's tiling takes
   * @param count how many, at least 1
   * @param directory where they are kept, made if it is missing
   * @param progress told how many there are, after each batch
   * @throws UserError one line, if they do not fit into the heap, cannot be kept, or are no numbers
   */
  public static PriorTruths draw(
      Prior prior, ImageShape shape, int count, Path directory, IntConsumer progress) {
    requireRoom(shape, count);
    var images = new ArrayList<float[]>();
    try {
      Files.createDirectories(directory);
      for (int from = 0; from < count; from += BATCH) {
        Path file =
            directory.resolve("%s-%s-%06d.safetensors".formatted(prior.fingerprint(), shape, from));
        if (!Files.exists(file)) {
          keep(file, shape, batch(prior, shape, from));
        }
        images.addAll(read(file, shape));
        progress.accept(Math.min(images.size(), count));
      }
    } catch (IOException e) {
      throw new UserError("cannot keep samples in " + directory + ": " + FileProblem.of(e), e);
    }
    return new PriorTruths(shape, List.copyOf(images.subList(0, count)));
  }

  private static void requireRoom(ImageShape shape, int count) {
    long needed = (long) count * shape.size() * Float.BYTES;
    long heap = Runtime.getRuntime().maxMemory();
    if (needed > heap / SHARE) {
      throw new UserError(
          "%d samples of %s take %d MiB of memory, and the heap has %d MiB; draw fewer, or give it more than %d times as much with JAVA_OPTS=-Xmx..."
              .formatted(count, shape, needed >> 20, heap >> 20, SHARE));
    }
  }

  private static List<float[]> batch(Prior prior, ImageShape shape, int from) {
    var samples = PriorSamples.draw(prior, shape, SAMPLER, BATCH, from, "truth");
    for (float[] sample : samples) {
      for (int i = 0; i < sample.length; i++) {
        if (!Float.isFinite(sample[i])) {
          throw new UserError(
              "prior " + prior.name() + " draws values that are not finite: nothing to learn from");
        }
        sample[i] = Math.max(-1, Math.min(1, sample[i]));
      }
    }
    return samples;
  }

  private static void keep(Path file, ImageShape shape, List<float[]> batch) throws IOException {
    var values = new float[batch.size() * shape.size()];
    for (int i = 0; i < batch.size(); i++) {
      System.arraycopy(batch.get(i), 0, values, i * shape.size(), shape.size());
    }
    int[] sides = {batch.size(), shape.height(), shape.width(), shape.channels()};
    var tensors = Map.of(TENSOR, new FloatTensor(sides, values));
    AtomicFiles.write(file, Safetensors.encode(tensors, Safetensors.Storage.F32, Map.of()));
  }

  private static List<float[]> read(Path file, ImageShape shape) {
    var tensor = Safetensors.readData(file).tensors().get(TENSOR);
    int[] sides = {BATCH, shape.height(), shape.width(), shape.channels()};
    if (tensor == null || !Arrays.equals(tensor.shape(), sides)) {
      throw new UserError(file + " does not hold the samples that its name says; delete it");
    }
    var images = new ArrayList<float[]>();
    for (int i = 0; i < BATCH; i++) {
      images.add(Arrays.copyOfRange(tensor.data(), i * shape.size(), (i + 1) * shape.size()));
    }
    return images;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public float[] truth(int index, RandomGenerator random) {
    return images.get(index).clone();
  }

  @Override
  public String origin() {
    return "samples of the prior";
  }
}
