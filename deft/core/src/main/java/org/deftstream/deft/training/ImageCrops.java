package org.deftstream.deft.training;

import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Tile;

/**
 * Regions of images that a network learns from, several of each image; or the images themselves,
 * where a region is as large. Immutable.
 */
final class ImageCrops {
  /** Most regions of one image in a batch. */
  private static final int CROPS = 4;

  /** Most bytes of a pool of images that regions are taken of. */
  private static final long POOL_BYTES = 256L << 20;

  /** x_0, x_t, what the prior makes of it, and the target. */
  private static final int POOLED_IMAGES = 4;

  private final ImageShape image;
  private final ImageShape crop;
  private final int rows;
  private final int images;

  /**
   * Regions of one shape.
   *
   * @param image shape of the images
   * @param crop shape of the regions
   * @param rows regions in a batch
   * @throws IllegalArgumentException if a region does not fit into an image
   */
  ImageCrops(ImageShape image, ImageShape crop, int rows) {
    if (crop.height() > image.height() || crop.width() > image.width()) {
      throw new IllegalArgumentException(
          "images of "
              + image
              + " are smaller than the crops of "
              + crop
              + " that the network learns from");
    }
    this.image = image;
    this.crop = crop;
    this.rows = rows;
    int each = whole() ? 1 : (int) Math.min(CROPS, Math.max(1, image.pixels() / crop.pixels()));
    images = (rows + each - 1) / each;
  }

  /** Whether the regions are the images. */
  boolean whole() {
    return crop.equals(image);
  }

  /** Number of images that a batch is made of. */
  int images() {
    return images;
  }

  /** Batches of a pool, so that its images take a bounded part of the heap. */
  int poolBatches(int wanted) {
    long bytes = (long) POOLED_IMAGES * Float.BYTES * image.size() * images;
    return whole() ? wanted : (int) Math.max(1, Math.min(wanted, POOL_BYTES / bytes));
  }

  /**
   * A batch of regions.
   *
   * @param whole a row for each image; given back where regions are images
   * @param channels of the features
   * @param random draws where the regions lie
   */
  TrainingRun.Batch of(TrainingRun.Batch whole, int channels, RandomGenerator random) {
    if (whole()) {
      return whole;
    }
    var seen = new float[rows * crop.height() * crop.width() * channels];
    var gradients = new float[rows * crop.size()];
    var targets = new float[rows * crop.size()];
    var timesteps = new int[rows];
    for (int r = 0; r < rows; r++) {
      int row = r % images;
      var tile =
          new Tile(
              random.nextInt(image.height() - crop.height() + 1),
              random.nextInt(image.width() - crop.width() + 1),
              crop.height(),
              crop.width());
      cut(tile, whole.input(), row, channels, seen, r);
      cut(tile, whole.gradient(), row, image.channels(), gradients, r);
      cut(tile, whole.target(), row, image.channels(), targets, r);
      timesteps[r] = whole.timesteps()[row];
    }
    return new TrainingRun.Batch(seen, gradients, timesteps, targets);
  }

  private void cut(Tile tile, float[] images, int row, int channels, float[] crops, int at) {
    var shape = new ImageShape(image.height(), image.width(), channels);
    tile.cut(images, row, shape, crops, at * tile.size(shape));
  }
}
