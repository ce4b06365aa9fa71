package org.deftstream.deft.formats.fits;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deftstream.deft.formats.ArrayFile;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;

/**
 * FITS, read only: the first image of a file, in the units of BUNIT, or the visibilities of random
 * groups. Axes come in reverse order, the last one the fastest. {@code --dataset 2} is the third
 * header.
 */
public final class FitsFormat implements ImageFormat {
  private static final int MOST_HEADERS = 1000;

  @Override
  public String name() {
    return "fits";
  }

  @Override
  public List<String> endings() {
    return List.of(".fits", ".fit", ".uvfits");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return ImageFormat.begins(head, 0, "SIMPLE  =");
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    byte[] bytes = file.bytes();
    int at = 0;
    for (int number = 0; number < MOST_HEADERS && at < bytes.length; number++) {
      var header = new FitsHeader(bytes, at, file);
      long size = header.dataBytes();
      if (size > bytes.length - header.end()) {
        throw file.problem(
            "was cut: header %d says that %d bytes follow, and %d are there"
                .formatted(number, size, Math.max(0, bytes.length - header.end())));
      }
      String wanted = Integer.toString(number);
      boolean image = number == 0 || header.text("XTENSION").equals("IMAGE");
      if (size > 0 && image && options.dataset().map(wanted::equals).orElse(true)) {
        return content(bytes, header, file, options);
      }
      long next =
          header.end() + (size + FitsHeader.BLOCK - 1) / FitsHeader.BLOCK * FitsHeader.BLOCK;
      at = (int) Math.min(bytes.length, next);
    }
    throw file.problem(
        options
            .dataset()
            .map(name -> "has no image '" + name + "'; --dataset takes the number of its header")
            .orElse("holds no image; tables are not read"));
  }

  private static FileContent content(
      byte[] bytes, FitsHeader header, InputFile file, ReadOptions options) {
    var data = ByteBuffer.wrap(bytes);
    if (header.isGroups()) {
      return Visibilities.read(data, header, file);
    }
    int[] axes = header.axes();
    int[] shape = IntStream.range(0, axes.length).map(i -> axes[axes.length - 1 - i]).toArray();
    var values = file.floats(false, shape);
    double slope = header.number("BSCALE", 1);
    double zero = header.number("BZERO", 0);
    int width = header.width();
    boolean whole = header.number("BITPIX", 0) > 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (number(data, header.end() + i * width, width, whole) * slope + zero);
    }
    var notes =
        width > 4 || (whole && width > 2)
            ? List.of("numbers are read as 32-bit floats")
            : List.<String>of();
    var cut = ArrayFile.cut(file, NumericArray.of(values, shape), options, new HashMap<>(), notes);
    String units = header.text("BUNIT");
    return FileContent.of(
        cut.samples().size(),
        i ->
            new Sample(
                cut.samples().get(i).values(), units, Optional.empty(), Geometry.UNKNOWN, Map.of()),
        notes);
  }

  /** A big-endian number. */
  static double number(ByteBuffer data, int at, int width, boolean whole) {
    return switch (width) {
      case 1 -> data.get(at) & 0xff;
      case 2 -> data.getShort(at);
      case 4 -> whole ? data.getInt(at) : data.getFloat(at);
      default -> whole ? data.getLong(at) : data.getDouble(at);
    };
  }
}
