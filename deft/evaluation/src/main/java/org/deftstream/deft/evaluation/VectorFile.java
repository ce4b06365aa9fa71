package org.deftstream.deft.evaluation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.text.FileProblem;

/**
 * Vectors of one length in a file: little-endian float32, one after the other, without a header.
 * Vector i begins at byte {@code 4 i length}, so that writing it again changes nothing.
 */
record VectorFile(Path file, int length) {
  void write(int index, float[] values) throws IOException {
    if (values.length != length) {
      throw new IllegalArgumentException(
          file + " holds vectors of " + length + ", got " + values.length);
    }
    var bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long at = 4L * length * index;
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException e) {
      throw FileProblem.named(file, e);
    }
  }

  boolean exists() {
    return Files.exists(file);
  }

  /** All vectors; a part of one at the end is left out. */
  List<float[]> readAll() throws IOException {
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    var floats = bytes.asFloatBuffer();
    var all = new ArrayList<float[]>();
    while (floats.remaining() >= length) {
      var values = new float[length];
      floats.get(values);
      all.add(values);
    }
    return all;
  }
}
