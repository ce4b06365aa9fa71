package org.deftstream.deft.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.PictureFile;
import org.deftstream.deft.image.Pixels;
import org.deftstream.deft.text.FileProblem;

/**
 * Images of any size on the heap, to draw square crops from: each crop is a region that is averaged
 * down by a whole factor, turned and mirrored at random. An image is drawn as often as it has
 * pixels. Crops of two channels are complex, made of grey images ({@link SmoothPhase}). Immutable
 * and thread-safe.
 */
public final class CropSet {
  private static final int DRAWS = 4;

  /** Real and imaginary part. */
  private static final int COMPLEX = 2;

  /** Channels of the images that are held: 1 where crops are complex. */
  private final int channels;

  private final boolean complex;
  private final List<Integer> factors;
  private final double minimumDeviation;
  private final List<Pixels> images;
  private final long[] upTo;

  private CropSet(
      int channels, boolean complex, List<Integer> factors, double deviation, List<Pixels> images) {
    this.channels = channels;
    this.complex = complex;
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
   * Reads a folder of PNG, JPEG, TIFF or BMP files.
   *
   * @param channels of the crops; for 2 the images are read as grey ones
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
    boolean complex = channels == COMPLEX;
    int held = complex ? 1 : channels;
    var room = new Room(folder, held, side, maxBytes);
    try (var files = Files.walk(folder)) {
      var pictures =
          files.filter(f -> Files.isRegularFile(f) && PictureFile.isPicture(f.toString()));
      for (Path file : pictures.sorted().toList()) {
        try (var in = Files.newInputStream(file)) {
          var image = PictureFile.read(in, file.toString(), held, room.of(file));
          room.take(image);
          images.add(image);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new UserError("cannot read images from " + folder + ": " + FileProblem.of(e), e);
    }
    if (images.isEmpty()) {
      throw new UserError("no PNG, JPEG, TIFF or BMP images in " + folder);
    }
    return new CropSet(held, complex, factors, minimumDeviation, images);
  }

  /** What the images of a folder may take of the heap; looked at before their pixels are read. */
  private static final class Room {
    private final Path folder;
    private final int channels;
    private final int side;
    private final long most;
    private long taken;

    Room(Path folder, int channels, int side, long most) {
      this.folder = folder;
      this.channels = channels;
      this.side = side;
      this.most = most;
    }

    PictureFile.SizeCheck of(Path file) {
      return (height, width) -> {
        if (height < side || width < side) {
          throw new UserError(
              file + " is " + height + "x" + width + ", smaller than a crop of " + side);
        }
        if (taken + (long) height * width * channels > most) {
          throw new UserError(
              "the images of "
                  + folder
                  + " take more than the "
                  + most / 1_000_000
                  + " MB that the heap has for them: take fewer, or give the JVM more (-Xmx)");
        }
      };
    }

    void take(Pixels image) {
      taken += (image.bytes() != null ? 1L : 2L) * image.size();
    }
  }

  /** Number of images. */
  public int size() {
    return images.size();
  }

  /** Channels of every crop. */
  public int channels() {
    return complex ? COMPLEX : channels;
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
   * @return side x side x {@link #channels} values in [-1, 1]
   */
  public float[] crop(int side, boolean turned, RandomGenerator random) {
    float[] crop = draw(side, random);
    for (int i = 1; i < DRAWS && deviation(crop) * 127.5 < minimumDeviation; i++) {
      crop = draw(side, random);
    }
    float[] lying = turned ? oriented(crop, side, random.nextInt(8)) : crop;
    return complex ? SmoothPhase.complex(lying, side, random) : lying;
  }

  /**
   * Square regions to learn from, another one at each use.
   *
   * @param side in pixels
   * @param turned whether they are turned by quarters and mirrored at random
   */
  public Truths truths(int side, boolean turned) {
    var shape = new ImageShape(side, side, channels());
    int number = (int) Math.max(1, Math.min(Integer.MAX_VALUE, disjointCrops(side)));
    return new DrawnTruths(shape, number, (index, random) -> crop(side, turned, random));
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
