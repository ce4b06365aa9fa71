package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.Tile;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.sampler.DdimStep;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An adapter that is trained on crops of images, against the truth at their size and at others.
 * Pixels are independent and the operator hides some of them, so that h has a closed form: it is
 * that of each pixel by itself.
 */
class AnySizeAdapterTest {
  private static final double MEAN = 0.2;
  private static final double VARIANCE = 0.1;
  private static final double SIGMA = 0.1;
  private static final ImageShape TRAINED = new ImageShape(12, 12, 1);

  @TempDir private Path directory;

  private final ForwardOperator masks =
      SmallProblems.create(
              "{'kind':'inpainting','mask':{'type':'random','leastHidden':0.3,'mostHidden':0.6},"
                  + "'noise':{'type':'gaussian','sigma':0.1}}")
          .at(TRAINED);

  @Test
  void shouldAnswerAtEverySizeAsItLearnedOnCrops() {
    var prior = new IndependentPixels(TRAINED, MEAN, VARIANCE, new Tiling.Direct(1));
    try (var adapter = TrainedAdapter.trainAnySize(prior, masks, 8, 400, directory)) {
      for (var shape : List.of(new ImageShape(8, 8, 1), TRAINED, new ImageShape(26, 15, 1))) {
        for (int t : new int[] {30, 300, 700}) {
          double untrained = error(adapter.untrained(), prior, shape, t);
          assertThat(error(adapter.learned(), prior, shape, t))
              .as("%s at t = %d, untrained %s", shape, t, untrained)
              .isLessThan(0.06)
              .isLessThan(0.7 * untrained);
        }
      }
    }
  }

  /** What a pixel far from the edges of a crop is told, it is told in the image. */
  @Test
  void shouldActInsideOfACropAsInTheImage() {
    var prior = new IndependentPixels(TRAINED, MEAN, VARIANCE, new Tiling.Direct(1));
    var image = new ImageShape(40, 36, 1);
    var crop = new ImageShape(24, 24, 1);
    int top = 8;
    int left = 4;
    try (var adapter = TrainedAdapter.trainAnySize(prior, masks, 8, 30, directory)) {
      var whole = row(prior, image, 400, new SplittableRandom(5));
      var part = cut(whole, image, crop, top, left);
      float[] h = adapter.learned().correct(List.of(whole)).get(0);
      float[] inside = adapter.learned().correct(List.of(part)).get(0);
      int margin = 11;
      double scale = 0;
      for (float value : h) {
        scale += value * value / h.length;
      }
      for (int y = margin; y < crop.height() - margin; y++) {
        for (int x = margin; x < crop.width() - margin; x++) {
          assertThat(inside[y * crop.width() + x])
              .isCloseTo(
                  h[(top + y) * image.width() + left + x],
                  within((float) (1e-4 * Math.sqrt(scale))));
        }
      }
    }
  }

  private double error(HTransform transform, IndependentPixels prior, ImageShape shape, int t) {
    transform.require(shape);
    var random = new SplittableRandom(t);
    double wrong = 0;
    double all = 0;
    for (int k = 0; k < 8; k++) {
      var row = row(prior, shape, t, random);
      float[] found = transform.correct(List.of(row)).get(0);
      double[] right = exact(row);
      for (int i = 0; i < right.length; i++) {
        wrong += Math.pow(found[i] - right[i], 2);
        all += Math.pow(right[i], 2);
      }
    }
    return Math.sqrt(wrong / all);
  }

  /** {@code E[eps | x_t, y] - E[eps | x_t]}: 0 where nothing was measured. */
  private double[] exact(StepRow row) {
    float[] visible = visible(row);
    double a = row.alphaBar();
    var h = new double[row.xt().length];
    for (int i = 0; i < h.length; i++) {
      double precision = 1 / VARIANCE + a / (1 - a);
      double sum = MEAN / VARIANCE + Math.sqrt(a) * row.xt()[i] / (1 - a);
      double without = sum / precision;
      precision += visible[i] / (SIGMA * SIGMA);
      sum += visible[i] * row.measurement().measurement()[i] / (SIGMA * SIGMA);
      h[i] = Math.sqrt(a / (1 - a)) * (without - sum / precision);
    }
    return h;
  }

  private static float[] visible(StepRow row) {
    var ones = new float[row.xt().length];
    Arrays.fill(ones, 1);
    return row.measurement().operator().measure(ones);
  }

  private StepRow row(IndependentPixels prior, ImageShape shape, int t, SplittableRandom random) {
    var unbound = masks.at(shape);
    var operator = unbound.bind(unbound.drawAuxiliary(random));
    var x0 = new float[shape.size()];
    var x = new float[shape.size()];
    double a = prior.schedule().alphaBar(t);
    for (int i = 0; i < x.length; i++) {
      x0[i] = (float) (MEAN + Math.sqrt(VARIANCE) * random.nextGaussian());
      x[i] = (float) (Math.sqrt(a) * x0[i] + Math.sqrt(1 - a) * random.nextGaussian());
    }
    return row(prior, x, t, BoundMeasurement.of(operator, operator.simulate(x0, random)), shape);
  }

  private static StepRow row(
      IndependentPixels prior, float[] x, int t, BoundMeasurement measurement, ImageShape shape) {
    double a = prior.schedule().alphaBar(t);
    var eps = prior.predictNoise(x, new int[] {t}, shape);
    return new StepRow(x, eps, DdimStep.clean(x, eps, a), t, a, measurement);
  }

  private StepRow cut(StepRow whole, ImageShape image, ImageShape crop, int top, int left) {
    var prior = new IndependentPixels(TRAINED, MEAN, VARIANCE, new Tiling.Direct(1));
    var tile = new Tile(top, left, crop.height(), crop.width());
    var x = new float[crop.size()];
    var y = new float[crop.size()];
    var mask = new float[crop.size()];
    tile.cut(whole.xt(), image, x, 0);
    tile.cut(whole.measurement().measurement(), image, y, 0);
    tile.cut(visible(whole), image, mask, 0);
    var operator = masks.at(crop).bind(Map.of("mask", mask));
    return row(prior, x, whole.t(), BoundMeasurement.of(operator, y), crop);
  }
}
