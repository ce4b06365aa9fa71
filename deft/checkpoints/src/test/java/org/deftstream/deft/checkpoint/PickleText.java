package org.deftstream.deft.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles operation by operation, sound ones and others. */
final class PickleText {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PickleText() {
    op(0x80).op(2);
  }

  PickleText op(int operation) {
    out.write(operation);
    return this;
  }

  PickleText ops(String operations) {
    out.writeBytes(operations.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  PickleText number(long value, int width) {
    var buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    out.write(buffer.array(), 0, width);
    return this;
  }

  PickleText integer(int value) {
    return ops("J").number(value, 4);
  }

  PickleText text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    ops("X").number(bytes.length, 4);
    out.writeBytes(bytes);
    return this;
  }

  PickleText global(String module, String name) {
    return ops("c" + module + "\n" + name + "\n");
  }

  /** A dictionary with one tensor, w. */
  static PickleText tensor(int count, int offset, int[] shape, int[] strides) {
    var pickle = new PickleText().ops("}").text("w");
    pickle.global("torch._utils", "_rebuild_tensor_v2").ops("((").text("storage");
    pickle.global("torch", "FloatStorage").text("0").text("cpu").integer(count).ops("tQ");
    pickle.integer(offset).ops("(");
    for (int side : shape) {
      pickle.integer(side);
    }
    pickle.ops("t(");
    for (int stride : strides) {
      pickle.integer(stride);
    }
    return pickle.ops("t\u0089}tRs.");
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}
