package org.deftstream.deft.training;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;
import org.deftstream.deft.UserError;

/**
 * Images of any size on the heap, to draw square crops from: each crop is a region that is averaged
 * down by a whole factor, turned and mirrored at random. An image is drawn as often as it has
 * pixels. Immutable and thread-safe.
 */
public final class CropSet {
  private static final int DRAWS = 4;

  private final int channels;
  private final List<Integer> factors;
  private final double minimumDeviation;
  private final List<Pixels> images;
  private final long[] upTo;

  /** One image: 8 or 16 bits a value, row by row, channels last. */
  @SuppressWarnings("ArrayRecordComponent") // never leaves this class
  private record Pixels(int height, int width, byte[] bytes, short[] shorts) {
    /** The value at an index, in [-1, 1]. */
    float value(int index) {
      return bytes != null
          ? (bytes[index] & 0xff) / 127.5f - 1
          : (shorts[index] & 0xffff) / 32767.5f - 1;
    }
  }

  private CropSet(int channels, List<Integer> factors, double deviation, List<Pixels> images) {
    this.channels = channels;
    this.factors = List.copyOf(factors);
    this.minimumDeviation = deviation;
    this.images = images;
    upTo = new long[images.size()];
    long sum = 0;
    for (int i = 0; i < upTo.length; i++) {
      sum += (long) images.get(i).height() * images.get(i).width();
      upTo[i] = sum;
    }
  }

  /**
   * Reads a folder of PNG, JPEG or BMP files, 8 or 16 bits a value.
   *
   * @param side of the smallest crop that must fit into every image
   * @param factors by which regions are averaged down, each at least 1
   * @param minimumDeviation crops whose values in [0, 255] deviate less are drawn again a few
   *     times: flat ones stay rare
   * @param maxBytes most bytes that the images may take on the heap
   * @throws UserError naming the file that cannot be read or does not fit, or the limit
   */
  public static CropSet read(
      Path folder,
      int channels,
      int side,
      List<Integer> factors,
      double minimumDeviation,
      long maxBytes) {
    if (!Files.isDirectory(folder)) {
      throw new UserError("no images at " + folder + ": crops are drawn from a folder of images");
    }
    var images = new ArrayList<Pixels>();
    long bytes = 0;
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(f -> isImage(f.toString())).sorted().toList()) {
        var image = decode(file, channels);
        if (image.height() < side || image.width() < side) {
          throw new UserError(
              file
                  + " is "
                  + image.height()
                  + "x"
                  + image.width()
                  + ", smaller than a crop of "
                  + side);
        }
        long values = (long) image.height() * image.width() * channels;
        bytes += image.bytes() != null ? values : 2 * values;
        if (bytes > maxBytes) {
          throw new UserError(
              "the images of "
                  + folder
                  + " take more than the "
                  + maxBytes / 1_000_000
                  + " MB that the heap has for them: take fewer, or give the JVM more (-Xmx)");
        }
        images.add(image);
      }
    } catch (IOException e) {
      throw new UserError("cannot read images from " + folder + ": " + e.getMessage(), e);
    }
    if (images.isEmpty()) {
      throw new UserError("no PNG, JPEG or BMP images in " + folder);
    }
    return new CropSet(channels, factors, minimumDeviation, images);
  }

  private static boolean isImage(String name) {
    return name.toLowerCase(Locale.ROOT).matches(".*\\.(png|jpe?g|bmp)");
  }

  private static Pixels decode(Path file, int channels) {
    BufferedImage image;
    try {
      image = ImageIO.read(file.toFile());
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
    }
    if (image == null) {
      throw new UserError(file + " is not an image that can be read");
    }
    var raster = image.getRaster();
    int bits = raster.getSampleModel().getSampleSize(0);
    if (raster.getNumBands() < channels || (bits != 8 && bits != 16)) {
      throw new UserError(
          file
              + " has "
              + raster.getNumBands()
              + " channels of "
              + bits
              + " bits; the network takes "
              + channels
              + " of 8 or 16");
    }
    int height = raster.getHeight();
    int width = raster.getWidth();
    int values = Math.multiplyExact(Math.multiplyExact(height, width), channels);
    var bytes = bits == 8 ? new byte[values] : null;
    var shorts = bits == 16 ? new short[values] : null;
    int i = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++, i++) {
          int sample = raster.getSample(x, y, c);
          if (bytes != null) {
            bytes[i] = (byte) sample;
          } else {
            shorts[i] = (short) sample;
          }
        }
      }
    }
    return new Pixels(height, width, bytes, shorts);
  }

  /** Number of images. */
  public int size() {
    return images.size();
  }

  /** Channels of every image. */
  public int channels() {
    return channels;
  }

  /** Number of crops of a side that lie beside each other in the images, unscaled. */
  public long disjointCrops(int side) {
    return images.stream().mapToLong(i -> (long) (i.height() / side) * (i.width() / side)).sum();
  }

  /**
   * Draws a crop.
   *
   * @param side in pixels
   * @param turned whether it is turned by quarters and mirrored at random
   * @return side x side x channels values in [-1, 1]
   */
  public float[] crop(int side, boolean turned, RandomGenerator random) {
    float[] crop = draw(side, random);
    for (int i = 1; i < DRAWS && deviation(crop) * 127.5 < minimumDeviation; i++) {
      crop = draw(side, random);
    }
    return turned ? oriented(crop, side, random.nextInt(8)) : crop;
  }

  private float[] draw(int side, RandomGenerator random) {
    var image = images.get(drawImage(side, random));
    var fitting =
        factors.stream()
            .filter(f -> f * side <= image.height() && f * side <= image.width())
            .toList();
    int factor = fitting.isEmpty() ? 1 : fitting.get(random.nextInt(fitting.size()));
    int top = random.nextInt(image.height() - side * factor + 1);
    int left = random.nextInt(image.width() - side * factor + 1);
    var crop = new float[side * side * channels];
    float share = 1f / (factor * factor);
    for (int y = 0; y < side * factor; y++) {
      int row = ((top + y) * image.width() + left) * channels;
      int target = y / factor * side * channels;
      for (int x = 0; x < side * factor; x++) {
        for (int c = 0; c < channels; c++) {
          crop[target + x / factor * channels + c] += share * image.value(row + x * channels + c);
        }
      }
    }
    return crop;
  }

  /** An image that a crop of the side fits into; the smallest images take the smallest crops. */
  private int drawImage(int side, RandomGenerator random) {
    while (true) {
      int at = Arrays.binarySearch(upTo, random.nextLong(upTo[upTo.length - 1]) + 1);
      int index = at >= 0 ? at : -at - 1;
      var image = images.get(index);
      if (image.height() >= side && image.width() >= side) {
        return index;
      }
    }
  }

  /** Whether any image takes a crop of the side. */
  public boolean fits(int side) {
    return images.stream().anyMatch(i -> i.height() >= side && i.width() >= side);
  }

  private static double deviation(float[] values) {
    double sum = 0;
    double squares = 0;
    for (float v : values) {
      sum += v;
      squares += (double) v * v;
    }
    double mean = sum / values.length;
    return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
  }

  /** One of the eight ways in which a square lies on itself. */
  private float[] oriented(float[] crop, int side, int way) {
    var result = new float[crop.length];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int fromY = (way & 1) == 0 ? y : side - 1 - y;
        int fromX = (way & 2) == 0 ? x : side - 1 - x;
        int source = (way & 4) == 0 ? fromY * side + fromX : fromX * side + fromY;
        System.arraycopy(crop, source * channels, result, (y * side + x) * channels, channels);
      }
    }
    return result;
  }
}
