package org.deftstream.deft.formats.hdf5;

import io.jhdf.api.Dataset;
import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.api.dataset.ContiguousDataset;
import io.jhdf.exceptions.HdfException;
import io.jhdf.filter.PipelineFilterWithData;
import io.jhdf.object.datatype.CompoundDataType;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.OrderedDataType;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.safetensors.HalfFloat;

/**
 * The numbers of a dataset. Chunks are unpacked here and not by jHDF, which unpacks whatever there
 * is: deflate, shuffle and checksums, no more than a chunk has by its shape. Stateless.
 */
final class Hdf5Numbers {
  private static final int DEFLATE = 1;
  private static final int FLETCHER = 3;

  private Hdf5Numbers() {}

  static NumericArray read(Dataset dataset, boolean complex, String name, InputFile file) {
    int[] shape = dataset.getDimensions();
    var values = file.floats(complex, shape);
    var type = dataset.getDataType();
    var parts = parts(type, complex, name, file);
    forEachElement(
        dataset,
        name,
        file,
        (bytes, index) -> {
          for (int i = 0; i < parts.length; i++) {
            values[index * parts.length + i] = parts[i].number(bytes, bytes.position());
          }
        });
    return new NumericArray(values, complex, shape);
  }

  private static Cell[] parts(DataType type, boolean complex, String name, InputFile file) {
    if (!complex) {
      return new Cell[] {Cell.of(type, 0, name, file)};
    }
    return ((CompoundDataType) type)
        .getMembers().stream()
            .map(member -> Cell.of(member.getDataType(), member.getOffset(), name, file))
            .toArray(Cell[]::new);
  }

  /**
   * Hands out the elements of a dataset as bytes, with their place in row-major order; what no
   * chunk holds is passed over.
   */
  static void forEachElement(
      Dataset dataset, String name, InputFile file, ObjIntConsumer<ByteBuffer> taker) {
    int width = dataset.getDataType().getSize();
    int[] shape = dataset.getDimensions();
    int count = Math.toIntExact(NumericArray.count(shape));
    if (dataset instanceof ChunkedDataset chunked) {
      chunks(chunked, shape, width, name, file, taker);
    } else if (dataset instanceof ContiguousDataset contiguous) {
      if (contiguous.isEmpty()) {
        return;
      }
      var bytes = contiguous.getBuffer();
      if (bytes.remaining() < (long) count * width) {
        throw file.problem("was cut: " + name + " needs " + (long) count * width + " bytes");
      }
      int start = bytes.position();
      for (int i = 0; i < count; i++) {
        taker.accept(bytes.position(start + i * width), i);
      }
    } else {
      compact(dataset, count, taker, name, file);
    }
  }

  /** A few bytes in the header of the dataset: small enough for jHDF's own arrays. */
  private static void compact(
      Dataset dataset, int count, ObjIntConsumer<ByteBuffer> taker, String name, InputFile file) {
    Object flat = dataset.isScalar() ? dataset.getData() : dataset.getDataFlat();
    var type = dataset.getDataType();
    if (!(type instanceof OrderedDataType ordered) || type instanceof CompoundDataType) {
      throw file.problem(name + " is stored in a way that is not read");
    }
    var bytes = ByteBuffer.allocate(8).order(ordered.getByteOrder());
    for (int i = 0; i < count; i++) {
      Object each = flat.getClass().isArray() ? Array.get(flat, i) : flat;
      double value = ((Number) each).doubleValue();
      if (type instanceof FloatingPoint) {
        switch (type.getSize()) {
          case 2 -> throw file.problem(name + " holds halves in its header, which are not read");
          case 4 -> bytes.putFloat(0, (float) value);
          default -> bytes.putDouble(0, value);
        }
      } else {
        switch (type.getSize()) {
          case 1 -> bytes.put(0, (byte) (long) value);
          case 2 -> bytes.putShort(0, (short) (long) value);
          case 4 -> bytes.putInt(0, (int) (long) value);
          default -> bytes.putLong(0, (long) value);
        }
      }
      taker.accept(bytes.position(0), i);
    }
  }

  private static void chunks(
      ChunkedDataset dataset,
      int[] shape,
      int width,
      String name,
      InputFile file,
      ObjIntConsumer<ByteBuffer> taker) {
    int[] chunk = Arrays.copyOf(dataset.getChunkDimensions(), shape.length);
    long size = NumericArray.count(chunk) * width;
    file.take(size, "a chunk of " + name);
    var filters = dataset.getFilters();
    requireKnown(filters, name, file);
    int[] offset = new int[shape.length];
    do {
      var raw = raw(dataset, offset);
      if (raw != null) {
        byte[] bytes = unpacked(raw, filters, Math.toIntExact(size), width, file);
        scatter(ByteBuffer.wrap(bytes), chunk, offset, shape, width, taker);
      }
    } while (next(offset, chunk, shape));
    file.release(size);
  }

  private static void requireKnown(
      List<PipelineFilterWithData> filters, String name, InputFile file) {
    for (var filter : filters) {
      if (filter.getId() < DEFLATE || filter.getId() > FLETCHER) {
        throw file.problem(
            name
                + " is packed by "
                + filter.getName()
                + "; deflate and shuffle are read: h5repack -f GZIP=1 makes it so");
      }
    }
  }

  /** A chunk as it is stored, or null where nothing was written. */
  private static ByteBuffer raw(ChunkedDataset dataset, int[] offset) {
    try {
      return dataset.getRawChunkBuffer(offset.clone());
    } catch (HdfException e) {
      if (String.valueOf(e.getMessage()).startsWith("No chunk")) {
        return null;
      }
      throw e;
    }
  }

  private static byte[] unpacked(
      ByteBuffer raw, List<PipelineFilterWithData> filters, int size, int width, InputFile file) {
    byte[] bytes = new byte[raw.remaining()];
    raw.get(bytes);
    for (int i = filters.size() - 1; i >= 0; i--) {
      int id = filters.get(i).getId();
      if (id == FLETCHER) {
        bytes = Arrays.copyOf(bytes, Math.max(0, bytes.length - 4));
      } else if (id == DEFLATE) {
        boolean summed = filters.subList(0, i).stream().anyMatch(f -> f.getId() == FLETCHER);
        int wanted = size + (summed ? 4 : 0);
        bytes = file.inflated(bytes, 0, bytes.length, wanted);
        file.release(wanted);
      } else {
        bytes = unshuffled(bytes, width);
      }
    }
    if (bytes.length < size) {
      throw file.problem("is broken: a chunk has " + bytes.length + " bytes instead of " + size);
    }
    return bytes;
  }

  private static byte[] unshuffled(byte[] bytes, int width) {
    var out = bytes.clone();
    int count = bytes.length / width;
    for (int i = 0; i < count; i++) {
      for (int b = 0; b < width; b++) {
        out[i * width + b] = bytes[b * count + i];
      }
    }
    return out;
  }

  private static void scatter(
      ByteBuffer bytes,
      int[] chunk,
      int[] offset,
      int[] shape,
      int width,
      ObjIntConsumer<ByteBuffer> taker) {
    int[] at = new int[chunk.length];
    int[] one = IntStream.generate(() -> 1).limit(chunk.length).toArray();
    int position = 0;
    do {
      long index = 0;
      boolean inside = true;
      for (int axis = 0; axis < shape.length; axis++) {
        int place = offset[axis] + at[axis];
        inside &= place < shape[axis];
        index = index * shape[axis] + place;
      }
      if (inside) {
        taker.accept(bytes.position(position * width), (int) index);
      }
      position++;
    } while (next(at, one, chunk));
  }

  /** Steps an index through a grid; false at its end. */
  private static boolean next(int[] index, int[] step, int[] end) {
    for (int axis = index.length - 1; axis >= 0; axis--) {
      if (index[axis] < end[axis] - step[axis]) {
        index[axis] += step[axis];
        return true;
      }
      index[axis] = 0;
    }
    return false;
  }

  /** One number inside an element. */
  record Cell(DataType type, int offset) {
    static Cell of(DataType type, int offset, String name, InputFile file) {
      int size = type.getSize();
      boolean known =
          type instanceof FloatingPoint
              ? size == 2 || size == 4 || size == 8
              : type instanceof FixedPoint && (size == 1 || size == 2 || size == 4 || size == 8);
      if (!known) {
        throw file.problem(name + " holds numbers of " + size + " bytes, which are not read");
      }
      return new Cell(type, offset);
    }

    float number(ByteBuffer bytes, int element) {
      int at = element + offset;
      bytes.order(((OrderedDataType) type).getByteOrder());
      if (type instanceof FloatingPoint) {
        return switch (type.getSize()) {
          case 2 -> HalfFloat.toFloat(bytes.getShort(at));
          case 4 -> bytes.getFloat(at);
          default -> (float) bytes.getDouble(at);
        };
      }
      boolean signed = ((FixedPoint) type).isSigned();
      return switch (type.getSize()) {
        case 1 -> signed ? bytes.get(at) : bytes.get(at) & 0xff;
        case 2 -> signed ? bytes.getShort(at) : bytes.getShort(at) & 0xffff;
        case 4 -> signed ? bytes.getInt(at) : Integer.toUnsignedLong(bytes.getInt(at));
        default -> bytes.getLong(at);
      };
    }
  }
}
