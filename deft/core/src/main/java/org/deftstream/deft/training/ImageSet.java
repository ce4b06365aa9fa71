package org.deftstream.deft.training;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.PictureFile;
import org.deftstream.deft.image.Pixels;
import org.deftstream.deft.text.FileProblem;

/**
 * Grey or colour images of one size on the heap, sorted by name. Read from a folder or zip of
 * pictures as {@link PictureFile} reads them, or from an idx file (MNIST's format, gzipped or not).
 * Immutable.
 */
public final class ImageSet {
  private final ImageShape shape;
  private final List<Pixels> images;

  private ImageSet(ImageShape shape, List<Pixels> images) {
    this.shape = shape;
    this.images = images;
  }

  /**
   * Reads images.
   *
   * @param source folder, zip or idx file
   * @param shape the size that they must have; an idx image that is smaller is centred on black
   * @throws UserError if there is none, or one cannot be read or has another size; the message
   *     names the file
   */
  public static ImageSet read(Path source, ImageShape shape) {
    return read(source, shape, false);
  }

  /**
   * As above.
   *
   * @param crop whether larger pictures are taken as well, cut to the size out of their middle
   */
  public static ImageSet read(Path source, ImageShape shape, boolean crop) {
    try {
      List<Pixels> images;
      if (Files.isDirectory(source)) {
        images = readFolder(source, shape, crop);
      } else if (!Files.exists(source)) {
        throw new UserError("no images at " + source + ": no such file or folder");
      } else if (source.toString().endsWith(".zip")) {
        images = readZip(source, shape, crop);
      } else {
        images = readIdx(source, shape);
      }
      if (images.isEmpty()) {
        throw new UserError("no PNG, JPEG, TIFF or BMP images in " + source);
      }
      return new ImageSet(shape, images);
    } catch (IOException e) {
      throw new UserError("cannot read images from " + source + ": " + FileProblem.of(e), e);
    }
  }

  private static List<Pixels> readFolder(Path folder, ImageShape shape, boolean crop)
      throws IOException {
    var images = new ArrayList<Pixels>();
    try (var files = Files.walk(folder)) {
      for (Path file :
          files
              .filter(f -> PictureFile.isPicture(f.toString()) && !Files.isDirectory(f))
              .sorted()
              .toList()) {
        try (var in = Files.newInputStream(file)) {
          images.add(decode(in, file.toString(), shape, crop));
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return images;
  }

  private static List<Pixels> readZip(Path zip, ImageShape shape, boolean crop) throws IOException {
    var sorted = new TreeMap<String, Pixels>();
    try (var file = new ZipFile(zip.toFile())) {
      for (var entry :
          file.stream()
              .filter(e -> !e.isDirectory() && PictureFile.isPicture(e.getName()))
              .toList()) {
        try (var in = file.getInputStream(entry)) {
          sorted.put(entry.getName(), decode(in, zip + "/" + entry.getName(), shape, crop));
        }
      }
    }
    return List.copyOf(sorted.values());
  }

  private static Pixels decode(InputStream in, String name, ImageShape shape, boolean crop) {
    var pixels =
        PictureFile.read(
            in,
            name,
            shape.channels(),
            (height, width) -> {
              boolean fits = height == shape.height() && width == shape.width();
              boolean larger = height >= shape.height() && width >= shape.width();
              if (!fits && !(crop && larger)) {
                throw new UserError(
                    name
                        + " is "
                        + height
                        + "x"
                        + width
                        + "; expected "
                        + shape.height()
                        + "x"
                        + shape.width()
                        + (crop ? " at least" : ""));
              }
            });
    return pixels.middle(shape.height(), shape.width());
  }

  private static List<Pixels> readIdx(Path file, ImageShape shape) throws IOException {
    var images = new ArrayList<Pixels>();
    try (var raw = Files.newInputStream(file);
        var in =
            new DataInputStream(
                file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw)) {
      if (in.readInt() != 0x803) {
        throw new UserError(file + " is neither a folder, a zip nor an idx file of images");
      }
      int count = in.readInt();
      int height = in.readInt();
      int width = in.readInt();
      boolean fits = height > 0 && width > 0 && height <= shape.height() && width <= shape.width();
      if (!fits || shape.channels() != 1) {
        throw new UserError(
            file + " has images of " + height + "x" + width + "x1; the network takes " + shape);
      }
      int top = (shape.height() - height) / 2;
      int left = (shape.width() - width) / 2;
      for (int n = 0; n < count; n++) {
        var values = new byte[shape.size()];
        for (int y = 0; y < height; y++) {
          in.readFully(values, (top + y) * shape.width() + left, width);
        }
        images.add(new Pixels(shape.height(), shape.width(), 1, values, null));
      }
      return images;
    } catch (EOFException e) {
      throw new UserError(file + " was cut: it ends after " + images.size() + " images", e);
    }
  }

  /** The images with index {@code from} (included) to {@code to} (excluded). */
  public ImageSet range(int from, int to) {
    if (from < 0 || to > images.size() || from >= to) {
      throw new UserError(
          "range " + from + ":" + to + " does not lie in the " + images.size() + " images");
    }
    return new ImageSet(shape, images.subList(from, to));
  }

  /** The images whose grey values (0 to 255) have at least this standard deviation. */
  public ImageSet withoutBlank(double minimumDeviation) {
    var kept = images.stream().filter(v -> deviation(v) >= minimumDeviation).toList();
    if (kept.isEmpty()) {
      throw new UserError("no image has a standard deviation of " + minimumDeviation);
    }
    return new ImageSet(shape, kept);
  }

  private static double deviation(Pixels pixels) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < pixels.size(); i++) {
      double grey = (pixels.value(i) + 1) * 127.5;
      sum += grey;
      squares += grey * grey;
    }
    double mean = sum / pixels.size();
    return Math.sqrt(Math.max(0, squares / pixels.size() - mean * mean));
  }

  /** At most {@code limit} of the images, at even spacing. */
  public ImageSet evenly(int limit) {
    int count = Math.min(limit, images.size());
    var chosen = new ArrayList<Pixels>();
    for (int i = 0; i < count; i++) {
      chosen.add(images.get((int) ((long) i * images.size() / count)));
    }
    return new ImageSet(shape, chosen);
  }

  /**
   * These images, to learn from.
   *
   * @param flips whether they are mirrored left to right at random
   */
  public Truths truths(boolean flips) {
    return new DrawnTruths(
        shape, images.size(), (index, random) -> image(index, flips && random.nextBoolean()));
  }

  /** Number of images. */
  public int size() {
    return images.size();
  }

  /** Shape of each image. */
  public ImageShape shape() {
    return shape;
  }

  /**
   * One image in [-1, 1].
   *
   * @param flipped mirrored left to right
   */
  public float[] image(int index, boolean flipped) {
    var values = images.get(index);
    var image = new float[values.size()];
    int w = shape.width();
    int c = shape.channels();
    for (int i = 0; i < image.length; i++) {
      int column = i / c % w;
      int source = flipped ? i + (w - 1 - 2 * column) * c : i;
      image[i] = values.value(source);
    }
    return image;
  }
}
