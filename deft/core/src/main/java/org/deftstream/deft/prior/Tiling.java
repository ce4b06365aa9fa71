package org.deftstream.deft.prior;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.deftstream.deft.image.ImageShape;

/**
 * How a prior sees an image that has not the shape of its rows: which regions it is cut into, for
 * one evaluation of each. Immutable.
 */
public sealed interface Tiling {
  /** The image is one row of the prior's own shape; no other image is taken. */
  record Whole() implements Tiling {
    @Override
    public void require(ImageShape image, ImageShape row) {
      if (!image.equals(row)) {
        throw new IllegalArgumentException(
            "the prior takes images of " + row + " only, not of " + image);
      }
    }

    @Override
    public ImageShape row(ImageShape image, ImageShape row) {
      return row;
    }

    @Override
    public List<Tile> tiles(ImageShape image, ImageShape row, long seed) {
      return List.of(Tile.whole(image));
    }

    @Override
    public int most(ImageShape image, ImageShape row) {
      return 1;
    }
  }

  /**
   * The image is one row of its own size, padded by mirroring to sides that the network divides.
   * For networks whose answer at a pixel depends on its neighbourhood only.
   *
   * @param multiple what both sides of a row are a multiple of
   */
  record Direct(int multiple) implements Tiling {
    public Direct {
      if (multiple < 1) {
        throw new IllegalArgumentException("the multiple must be at least 1, got " + multiple);
      }
    }

    @Override
    public void require(ImageShape image, ImageShape row) {
      requireChannels(image, row);
    }

    @Override
    public ImageShape row(ImageShape image, ImageShape row) {
      return new ImageShape(up(image.height()), up(image.width()), row.channels());
    }

    private int up(int side) {
      return (side + multiple - 1) / multiple * multiple;
    }

    @Override
    public List<Tile> tiles(ImageShape image, ImageShape row, long seed) {
      return List.of(new Tile(0, 0, up(image.height()), up(image.width())));
    }

    @Override
    public int most(ImageShape image, ImageShape row) {
      return 1;
    }
  }

  /**
   * The image is cut into overlapping regions of the prior's own shape, whose answers are blended.
   * Where they lie changes from step to step, so that no seam stays in one place. An image that is
   * smaller than a region is padded by mirroring.
   *
   * @param overlap least number of pixels that neighbours share
   */
  record Patches(int overlap) implements Tiling {
    public Patches {
      if (overlap < 0) {
        throw new IllegalArgumentException("the overlap must not be negative, got " + overlap);
      }
    }

    @Override
    public void require(ImageShape image, ImageShape row) {
      requireChannels(image, row);
      if (overlap >= row.height() || overlap >= row.width()) {
        throw new IllegalArgumentException(
            "an overlap of " + overlap + " does not fit into regions of " + row);
      }
    }

    @Override
    public ImageShape row(ImageShape image, ImageShape row) {
      return row;
    }

    @Override
    public List<Tile> tiles(ImageShape image, ImageShape row, long seed) {
      var random = new SplittableRandom(seed);
      int[] tops = starts(image.height(), row.height(), random);
      int[] lefts = starts(image.width(), row.width(), random);
      var tiles = new ArrayList<Tile>(tops.length * lefts.length);
      for (int top : tops) {
        for (int left : lefts) {
          tiles.add(new Tile(top, left, row.height(), row.width()));
        }
      }
      return tiles;
    }

    @Override
    public int most(ImageShape image, ImageShape row) {
      return count(image.height(), row.height()) * count(image.width(), row.width());
    }

    private int count(int side, int region) {
      return side <= region ? 1 : 1 + (side - overlap - 1) / (region - overlap);
    }

    /**
     * Where regions begin along one axis: the first at 0, the last at the end, the others as far
     * apart as the overlap allows, moved together by as much as there is room for.
     */
    private int[] starts(int side, int region, SplittableRandom random) {
      int count = count(side, region);
      var starts = new int[count];
      if (count == 1) {
        return starts;
      }
      int last = side - region;
      int stride = region - overlap;
      // With the first and the last where they must be, those between may begin anywhere in
      // [last - (count - 1 - i) stride, i stride].
      int room = (count - 1) * stride - last;
      int moved = room == 0 ? 0 : random.nextInt(room + 1);
      for (int i = 1; i < count - 1; i++) {
        starts[i] = Math.max(0, i * stride - moved);
      }
      starts[count - 1] = last;
      return starts;
    }
  }

  /**
   * Refuses an image that cannot be cut.
   *
   * @param image shape of the image
   * @param row shape of the prior's rows
   * @throws IllegalArgumentException one line that names both sides
   */
  void require(ImageShape image, ImageShape row);

  /** Shape of the rows that an image is evaluated in. */
  ImageShape row(ImageShape image, ImageShape row);

  /**
   * The regions of one evaluation of an image: together they cover it.
   *
   * @param seed fixes where they lie
   */
  List<Tile> tiles(ImageShape image, ImageShape row, long seed);

  /** Number of regions of an image, at any seed. */
  int most(ImageShape image, ImageShape row);

  private static void requireChannels(ImageShape image, ImageShape row) {
    if (image.channels() != row.channels()) {
      throw new IllegalArgumentException(
          "the prior takes images of " + row.channels() + " channels, and the image is " + image);
    }
  }
}
