package org.deftstream.devstack.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.deftstream.schemas.avro.DType;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Tensor;

/**
 * A record that no reconstruction can come of. The service must answer it with a dead letter and go
 * on.
 *
 * @param key its key, by which the dead letter is found again
 * @param what what is wrong with it, in words
 * @param value its bytes
 */
record HostileRecord(String key, String what, byte[] value) {
  private static final int TRUNCATE_TO = 1_000;

  /**
   * The eight of the demo.
   *
   * @param good a good subject, to be spoilt
   * @param serialize to the bytes that a good producer would send
   */
  static List<HostileRecord> all(Subject good, Function<Measurement, byte[]> serialize) {
    Function<Spoil, byte[]> spoilt =
        spoil -> {
          var record = good.record("hostile");
          var tensor = record.getValues();
          return serialize.apply(
              Measurement.newBuilder(record)
                  .setTask(spoil == Spoil.TASK ? record.getTask() + "0" : record.getTask())
                  .setValues(spoil.apply(tensor))
                  .build());
        };
    var random = new byte[512];
    var source = new SplittableRandom(42);
    for (int i = 0; i < random.length; i++) {
      random[i] = (byte) source.nextInt(256);
    }
    random[0] = 0x7f;
    var records = new ArrayList<HostileRecord>();
    add(records, "random bytes", random);
    add(records, "a task that nobody knows", spoilt.apply(Spoil.TASK));
    add(records, "rows and columns exchanged", spoilt.apply(Spoil.SHAPE));
    add(records, "four bytes too few", spoilt.apply(Spoil.BYTE_COUNT));
    add(records, "a NaN among the values", spoilt.apply(Spoil.NAN));
    add(records, "values of an unknown type", spoilt.apply(Spoil.DTYPE));
    add(records, "an empty record", new byte[0]);
    add(
        records,
        "Avro cut off in the middle",
        Arrays.copyOf(spoilt.apply(Spoil.NOTHING), TRUNCATE_TO));
    return records;
  }

  private static void add(List<HostileRecord> records, String what, byte[] value) {
    records.add(new HostileRecord("hostile-" + (records.size() + 1), what, value));
  }

  /** One thing that is wrong; everything else stays right. */
  private enum Spoil {
    NOTHING,
    TASK,
    SHAPE,
    BYTE_COUNT,
    NAN,
    DTYPE;

    Tensor apply(Tensor tensor) {
      ByteBuffer data = tensor.getData();
      return switch (this) {
        case NOTHING, TASK -> tensor;
        case SHAPE -> {
          var shape = new ArrayList<>(tensor.getShape());
          Collections.reverse(shape);
          yield new Tensor(tensor.getDtype(), shape, data);
        }
        case BYTE_COUNT ->
            new Tensor(
                tensor.getDtype(),
                tensor.getShape(),
                data.slice(0, data.remaining() - Float.BYTES));
        case NAN -> {
          var copy = ByteBuffer.allocate(data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
          copy.put(data.duplicate()).putFloat(17 * Float.BYTES, Float.NaN).rewind();
          yield new Tensor(tensor.getDtype(), tensor.getShape(), copy.order(ByteOrder.BIG_ENDIAN));
        }
        case DTYPE -> new Tensor(DType.UNKNOWN, tensor.getShape(), data);
      };
    }
  }
}
