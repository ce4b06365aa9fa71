package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.number;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.Tile;
import org.deftstream.deft.prior.TiledAnswer;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What a prior of any size does at other sizes than the one that it learned: what a pixel costs,
 * and, with {@code -Ddeftstream.slices=DIR}, a folder of DICOM slices that it did not learn from,
 * whether whole images are as good as crops and whether seams show. The prior is {@code ct}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class ImageSizesIT {
  private static final Path PRIOR = Path.of("../../deft/models/instruments/priors/ct");
  private static final int[] SIDES = {64, 128, 256, 512, 1024, 2048};
  private static final int REPEATS = Form.number("sizes.repeats", 1, 5);
  private static final int SLICES = Form.number("sizes.slices", 2, 16);
  private static final int OVERLAP = 8;

  /** Standard deviation of the noise, images being in [-1, 1]: 25 of 255. */
  private static final double SIGMA = 2 * 25.0 / 255;

  private static final IntensityScale WINDOW = IntensityScale.window(-1024, 2048, "HU");

  /** Pixels at a time in calls of the patches: a batch of service. */
  private static final int ROWS = 16;

  private static Prior open() {
    return TensorFlowBackend.start(SessionOptions.standard()).openPrior(PriorDirectory.open(PRIOR));
  }

  @Test
  void shouldCostTheSameForEveryPixel() throws Exception {
    var times = new TreeMap<Integer, List<List<Long>>>();
    try (var prior = open()) {
      for (int repeat = -1; repeat < REPEATS; repeat++) {
        for (int side : SIDES) {
          var image = new float[side * side];
          var direct = time(() -> answer(prior, prior.tiling(), image, side, 1));
          var patches = time(() -> answer(prior, new Tiling.Patches(OVERLAP), image, side, 1));
          if (repeat >= 0) {
            var of =
                times.computeIfAbsent(side, each -> List.of(new ArrayList<>(), new ArrayList<>()));
            of.get(0).add(direct);
            of.get(1).add(patches);
          }
        }
      }
    }
    var table = new Table("side", "direct, s per megapixel", "patches of 64, s per megapixel");
    times.forEach(
        (side, of) ->
            table.row(side, perMegapixel(of.get(0), side), perMegapixel(of.get(1), side)));
    Section.SIZE_COST.publish(table.markdown());
    assertThat(times).hasSize(SIDES.length);
  }

  private static long time(Runnable work) {
    long from = System.nanoTime();
    work.run();
    return System.nanoTime() - from;
  }

  private static String perMegapixel(List<Long> nanos, int side) {
    return number(Figures.of(nanos).median() / 1e9 / (side * side / 1e6), 2);
  }

  @Test
  void shouldShowNoSeamsAndBeAsGoodAtAnySize() throws Exception {
    String folder = System.getProperty("deftstream.slices", "");
    assumeTrue(
        !folder.isEmpty(), "no slices: -Ddeftstream.slices=DIR names a folder of DICOM files");
    var own = new Judged();
    var whole = new Judged();
    var patches = new Judged();
    try (var prior = open()) {
      for (var file : slices(Path.of(folder))) {
        var slice = ImageFormats.read(file, ReadOptions.STANDARD).samples().get(0).values();
        int side = Math.min(slice.shape()[0], slice.shape()[1]) / 64 * 64;
        var truth = new float[side * side];
        for (int i = 0; i < truth.length; i++) {
          int at = i / side * slice.shape()[1] + i % side;
          truth[i] = (float) Math.max(-1, Math.min(1, WINDOW.toImage(slice.values()[at])));
        }
        var random = new SplittableRandom(file.getFileName().toString().hashCode());
        var noise = new float[truth.length];
        for (int i = 0; i < noise.length; i++) {
          noise[i] = (float) random.nextGaussian();
        }
        var cut = new Tiling.Patches(OVERLAP);
        whole.add(truth, denoised(prior, prior.tiling(), truth, noise, side), cut, side);
        patches.add(truth, denoised(prior, cut, truth, noise, side), cut, side);
        own.add(truth, denoised(prior, new Tiling.Patches(0), truth, noise, side), cut, side);
      }
    }
    var table =
        new Table(
            "denoised at 25 of 255", "slices", "PSNR, dB", "error on the lines, of that elsewhere");
    table.row("crops of 64, each by itself", own.count(), number(own.psnr(), 2), "-");
    table.row(
        "whole, patches of 64",
        patches.count(),
        number(patches.psnr(), 2),
        number(patches.seams(), 3));
    table.row(
        "whole, direct: no seams, the same lines",
        whole.count(),
        number(whole.psnr(), 2),
        number(whole.seams(), 3));
    Section.SIZE_SEAMS.publish(table.markdown());
    if (Form.isLong()) {
      assertThat(whole.psnr()).isGreaterThan(own.psnr() - 0.1);
      assertThat(patches.seams() / whole.seams()).isBetween(0.95, 1.05);
    }
  }

  private static List<Path> slices(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".dcm")).sorted().limit(SLICES).toList();
    }
  }

  /** Errors of images, on the lines where regions begin or end, and elsewhere. */
  private static final class Judged {
    private final List<Double> psnrs = new ArrayList<>();
    private double onLines;
    private double elsewhere;
    private long pixelsOnLines;
    private long pixelsElsewhere;

    void add(float[] truth, float[] image, Tiling tiling, int side) {
      psnrs.add(Psnr.of(image, truth));
      var lines = lines(tiling, side);
      for (int i = 0; i < truth.length; i++) {
        double error = (double) image[i] - truth[i];
        if (lines[i / side] || lines[i % side]) {
          onLines += error * error;
          pixelsOnLines++;
        } else {
          elsewhere += error * error;
          pixelsElsewhere++;
        }
      }
    }

    /** The two pixels at each begin and end of a region within the image. */
    private static boolean[] lines(Tiling tiling, int side) {
      var lines = new boolean[side];
      var image = new ImageShape(side, side, 1);
      for (var tile : tiling.tiles(image, new ImageShape(64, 64, 1), 1)) {
        for (int at : new int[] {tile.top(), tile.top() + tile.height()}) {
          if (at > 0 && at < side) {
            lines[at] = true;
            lines[at - 1] = true;
          }
        }
      }
      return lines;
    }

    int count() {
      return psnrs.size();
    }

    double psnr() {
      return psnrs.stream().mapToDouble(p -> p).average().orElseThrow();
    }

    double seams() {
      return onLines / pixelsOnLines / (elsewhere / pixelsElsewhere);
    }
  }

  private static float[] denoised(
      Prior prior, Tiling tiling, float[] truth, float[] noise, int side) {
    int timestep = 0;
    while (ratio(prior, timestep) < SIGMA) {
      timestep++;
    }
    double alphaBar = prior.schedule().alphaBar(timestep);
    float signal = (float) Math.sqrt(alphaBar);
    float deviation = (float) Math.sqrt(1 - alphaBar);
    var noisy = new float[truth.length];
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] = signal * truth[i] + deviation * noise[i];
    }
    float[] eps = answer(prior, tiling, noisy, side, timestep);
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] = (noisy[i] - deviation * eps[i]) / signal;
    }
    return noisy;
  }

  private static double ratio(Prior prior, int timestep) {
    double alphaBar = prior.schedule().alphaBar(timestep);
    return Math.sqrt((1 - alphaBar) / alphaBar);
  }

  /** What the prior answers to an image that is cut in one way. */
  private static float[] answer(Prior prior, Tiling tiling, float[] image, int side, int timestep) {
    var shape = new ImageShape(side, side, 1);
    var row = tiling.row(shape, prior.imageShape());
    List<Tile> tiles = tiling.tiles(shape, prior.imageShape(), 1);
    var answer = new TiledAnswer(shape);
    answer.begin(tiles);
    for (int from = 0; from < tiles.size(); from += ROWS) {
      int count = Math.min(ROWS, tiles.size() - from);
      var rows = new float[count * row.size()];
      var timesteps = new int[count];
      Arrays.fill(timesteps, timestep);
      for (int r = 0; r < count; r++) {
        tiles.get(from + r).cut(image, shape, rows, r * row.size());
      }
      float[] eps = prior.predictNoise(rows, timesteps, row);
      for (int r = 0; r < count; r++) {
        answer.add(from + r, eps, r * row.size());
      }
    }
    return answer.values();
  }
}
