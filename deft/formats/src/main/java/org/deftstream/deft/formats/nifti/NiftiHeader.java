package org.deftstream.deft.formats.nifti;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;

/** The header of a NIfTI-1 file, checked. Immutable. */
final class NiftiHeader {
  private static final int BLOCK = 1 << 16;
  private static final int MOST_AXES = 7;

  private final InputFile file;
  private final ByteBuffer bytes;
  private final int[] axes;
  private final int type;
  private final double slope;
  private final double intercept;

  NiftiHeader(byte[] header, InputFile file) {
    this.file = file;
    bytes = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.getInt(0) != NiftiFormat.HEADER) {
      bytes.order(ByteOrder.BIG_ENDIAN);
    }
    if (bytes.getInt(0) != NiftiFormat.HEADER || !ImageFormat.begins(header, 344, "n+1\0")) {
      throw file.problem(
          ImageFormat.begins(header, 344, "ni1\0")
              ? "is half of a pair .hdr and .img; convert it to one .nii"
              : "is no NIfTI-1 file: n+1 is not at byte 344");
    }
    int count = bytes.getShort(40);
    if (count < 1 || count > MOST_AXES) {
      throw file.problem("says that it has " + count + " axes; a NIfTI file has 1 to 7");
    }
    axes = new int[MOST_AXES];
    for (int i = 0; i < MOST_AXES; i++) {
      axes[i] = i < count ? bytes.getShort(42 + 2 * i) : 1;
      if (axes[i] < 1) {
        throw file.problem("says that axis " + (i + 1) + " has a length of " + axes[i]);
      }
    }
    type = bytes.getShort(70);
    double scale = bytes.getFloat(112);
    slope = scale == 0 || !Double.isFinite(scale) || type == 32 ? 1 : scale;
    intercept = slope == 1 && scale != 1 ? 0 : bytes.getFloat(116);
    if (!Double.isFinite(intercept)) {
      throw file.problem("has the scl_inter " + intercept);
    }
    width(type);
    if (!(offset() >= NiftiFormat.VOXELS && offset() < Integer.MAX_VALUE)) {
      throw file.problem("says that its voxels begin at byte " + bytes.getFloat(108));
    }
  }

  /** Where the voxels begin. */
  long offset() {
    return (long) bytes.getFloat(108);
  }

  int width() {
    return axes[0];
  }

  int height() {
    return axes[1];
  }

  /** Slices of one volume. */
  int depth() {
    return axes[2];
  }

  /** Slices of all volumes. */
  int slices() {
    long slices = 1;
    for (int i = 2; i < MOST_AXES; i++) {
      slices = Math.min(Integer.MAX_VALUE, slices * axes[i]);
    }
    return (int) slices;
  }

  boolean complex() {
    return type == 32;
  }

  Affine affine() {
    return Affine.read(bytes);
  }

  private int width(int kind) {
    return switch (kind) {
      case 2, 256 -> 1;
      case 4, 512 -> 2;
      case 8, 768, 16 -> 4;
      case 64 -> 8;
      case 32 -> 4;
      default ->
          throw file.problem(
              "has voxels of NIfTI's type "
                  + kind
                  + "; whole numbers of 8 to 32 bits, floats and complex64 are read");
    };
  }

  /** Reads the voxels. */
  void read(InputStream in, float[] values) throws IOException {
    int width = width(type);
    var block = new byte[BLOCK];
    var numbers = ByteBuffer.wrap(block).order(bytes.order());
    int at = 0;
    while (at < values.length) {
      int wanted = (int) Math.min(BLOCK, (long) (values.length - at) * width);
      int read = in.readNBytes(block, 0, wanted);
      if (read < wanted) {
        throw file.problem(
            "was cut: %d of %d voxels are there".formatted(at + read / width, values.length));
      }
      for (int i = 0; i < read; i += width) {
        values[at++] = (float) (voxel(numbers, i) * slope + intercept);
      }
    }
  }

  private double voxel(ByteBuffer numbers, int at) {
    return switch (type) {
      case 2 -> numbers.get(at) & 0xff;
      case 256 -> numbers.get(at);
      case 4 -> numbers.getShort(at);
      case 512 -> numbers.getShort(at) & 0xffff;
      case 8 -> numbers.getInt(at);
      case 768 -> Integer.toUnsignedLong(numbers.getInt(at));
      case 64 -> numbers.getDouble(at);
      default -> numbers.getFloat(at);
    };
  }

  /** What is not kept. */
  List<String> notes() {
    var notes = new ArrayList<String>();
    if (type == 8 || type == 768 || type == 64) {
      notes.add("voxels are read as 32-bit floats");
    }
    if (slices() > depth()) {
      notes.add("all axes beyond the third are read as one series of slices");
    }
    return notes;
  }
}
