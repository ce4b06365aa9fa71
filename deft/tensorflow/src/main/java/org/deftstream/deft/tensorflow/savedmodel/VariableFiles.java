package org.deftstream.deft.tensorflow.savedmodel;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.deftstream.deft.tensor.TensorSource;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Writes the variables of a SavedModel, one after the other: TensorFlow itself would want all of
 * them in a session first.
 */
public final class VariableFiles {
  private static final int PIECE = 1 << 18;

  private VariableFiles() {}

  /**
   * Writes an index and one file of data.
   *
   * @param prefix path of both, without their endings
   * @param variables by their names, in TensorFlow's layout
   * @throws IOException if they cannot be written
   */
  public static void write(Path prefix, Map<String, ? extends TensorSource> variables)
      throws IOException {
    var index = new TreeMap<String, ByteString>();
    var header = BundleHeaderProto.newBuilder().setNumShards(1);
    header.getVersionBuilder().setProducer(1);
    index.put("", header.build().toByteString());
    Files.createDirectories(prefix.getParent());
    Path data = Path.of(prefix + ".data-00000-of-00001");
    try (var channel =
        FileChannel.open(data, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      var piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
      for (var variable : new TreeMap<String, TensorSource>(variables).entrySet()) {
        long from = channel.position();
        int sum = write(channel, variable.getValue().read().data(), piece);
        index.put(
            variable.getKey(),
            entry(variable.getValue().shape(), from, channel.position() - from, sum));
      }
    }
    Files.write(
        Path.of(prefix + ".index"), SortedTable.write(index), StandardOpenOption.CREATE_NEW);
  }

  private static int write(FileChannel channel, float[] values, ByteBuffer piece)
      throws IOException {
    var sum = new CRC32C();
    int most = PIECE / Float.BYTES;
    for (int done = 0; done < values.length; done += most) {
      int count = Math.min(most, values.length - done);
      piece.clear().limit(count * Float.BYTES).asFloatBuffer().put(values, done, count);
      sum.update(piece);
      piece.rewind();
      while (piece.hasRemaining()) {
        channel.write(piece);
      }
    }
    return SortedTable.masked(sum);
  }

  private static ByteString entry(int[] shape, long from, long size, int sum) {
    var sides = TensorShapeProto.newBuilder();
    for (int side : shape) {
      sides.addDim(TensorShapeProto.Dim.newBuilder().setSize(side));
    }
    return BundleEntryProto.newBuilder()
        .setDtype(DataType.DT_FLOAT)
        .setShape(sides)
        .setOffset(from)
        .setSize(size)
        .setCrc32C(sum)
        .build()
        .toByteString();
  }
}
