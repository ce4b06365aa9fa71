package org.deftstream.deft.formats.dicom;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import org.deftstream.deft.formats.InputFile;

/** The numbers of a DICOM image. Used once. */
final class DicomPixels {
  private final DicomElements elements;
  private final InputFile file;
  private final ByteBuffer data;
  private final int bits;
  private final int stored;
  private final int shift;
  private final boolean signed;
  private final double slope;
  private final double intercept;

  DicomPixels(DicomElements elements, InputFile file, int rows, int columns, int frames) {
    this.elements = elements;
    this.file = file;
    bits = elements.required(Tag.BitsAllocated);
    stored = elements.unsigned(Tag.BitsStored).orElse(bits);
    shift = elements.unsigned(Tag.HighBit).orElse(stored - 1) + 1 - stored;
    signed = elements.unsigned(Tag.PixelRepresentation).orElse(0) == 1;
    boolean floats = elements.bytes(Tag.FloatPixelData) != null;
    if (elements.bytes(Tag.DoubleFloatPixelData) != null
        || (bits != 8 && bits != 16 && bits != 32)
        || stored < 1
        || shift < 0
        || shift + stored > bits) {
      throw file.problem(
          "has pixels of "
              + stored
              + " bits in "
              + bits
              + "; whole numbers of 8, 16 or 32 bits and floats of 32 are read");
    }
    data = floats ? elements.bytes(Tag.FloatPixelData) : elements.bytes(Tag.PixelData);
    if (data == null) {
      throw file.problem("has no PixelData, so it is no image");
    }
    long needed = (long) rows * columns * frames * (bits / 8);
    if (rows == 0 || columns == 0 || data.remaining() < needed) {
      throw file.problem(
          "was cut: %d x %d pixels in %d frames need %d bytes, PixelData has %d"
              .formatted(rows, columns, frames, needed, data.remaining()));
    }
    slope = number(Tag.RescaleSlope, 1);
    intercept = number(Tag.RescaleIntercept, 0);
    if (slope == 0 || !Double.isFinite(slope) || !Double.isFinite(intercept)) {
      throw file.problem("has the RescaleSlope " + slope + ", RescaleIntercept " + intercept);
    }
  }

  private double number(Tag tag, double otherwise) {
    double[] read = elements.numbers(tag, 1);
    return read.length == 0 ? otherwise : read[0];
  }

  /** Reads all, and says how many were padded. */
  List<String> read(float[] values) {
    if (elements.bytes(Tag.FloatPixelData) != null) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (data.getFloat(4 * i) * slope + intercept);
        if (!Float.isFinite(values[i])) {
          throw file.problem("holds " + values[i] + " at pixel " + i);
        }
      }
      return List.of();
    }
    var padding = elements.unsigned(Tag.PixelPaddingValue);
    long one = padding.isEmpty() ? Long.MAX_VALUE : extended(padding.getAsInt());
    OptionalInt limit = elements.unsigned(Tag.PixelPaddingRangeLimit);
    long other = limit.isEmpty() ? one : extended(limit.getAsInt());
    double least = Double.POSITIVE_INFINITY;
    int padded = 0;
    for (int i = 0; i < values.length; i++) {
      long raw = raw(i);
      boolean isPadding = raw >= Math.min(one, other) && raw <= Math.max(one, other);
      double value = raw * slope + intercept;
      values[i] = isPadding ? Float.NaN : (float) value;
      padded += isPadding ? 1 : 0;
      least = isPadding ? least : Math.min(least, value);
    }
    if (padded == 0) {
      return List.of();
    }
    if (padded == values.length) {
      throw file.problem("holds nothing but padding");
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.isNaN(values[i]) ? (float) least : values[i];
    }
    return List.of(padded + " pixels of padding are read as the least value, " + least);
  }

  private long raw(int i) {
    return switch (bits) {
      case 8 -> extended(data.get(i) & 0xff);
      case 16 -> extended(data.getShort(2 * i) & 0xffff);
      default -> extended(Integer.toUnsignedLong(data.getInt(4 * i)));
    };
  }

  /** The stored bits of a cell, with their sign. */
  private long extended(long cell) {
    long value = (cell >>> shift) & ((1L << stored) - 1);
    return signed && value >>> (stored - 1) == 1 ? value - (1L << stored) : value;
  }
}
