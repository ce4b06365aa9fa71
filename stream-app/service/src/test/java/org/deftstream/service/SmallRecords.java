package org.deftstream.service;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.DType;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Tensor;

/** Measurements of {@link SmallTasks}, right ones and all kinds of wrong ones. */
public final class SmallRecords {
  private SmallRecords() {}

  /** A measurement that is a function of its id. */
  public static Measurement good(String id) {
    return good(id, SmallTasks.SHAPE);
  }

  /** The same of an image of another shape. */
  public static Measurement good(String id, ImageShape shape) {
    var random = new Random(id.hashCode());
    int size = shape.size();
    var values = new float[size];
    var mask = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() * 1.6 - 0.8);
      mask[i] = i % 2 == 0 ? 1 : random.nextInt(2);
    }
    return Measurement.newBuilder()
        .setId(id)
        .setTask(SmallTasks.TASK)
        .setValues(Tensors.of(values, shape.height(), shape.width(), shape.channels()))
        .setAuxiliary(Map.of("mask", Tensors.of(mask, shape.height(), shape.width())))
        .build();
  }

  /**
   * Wrong records by what is wrong.
   *
   * @param bytes encodes a measurement
   * @return value (null for none) by the error class that the dead letter must have
   */
  static Map<String, List<byte[]>> hostile(Function<Measurement, byte[]> bytes) {
    var records = new LinkedHashMap<String, List<byte[]>>();
    byte[] right = bytes.apply(good("right"));
    var random = new byte[300];
    new Random(4).nextBytes(random);
    random[0] = 0x47;
    add(records, "NoAvro", random, "text".getBytes(StandardCharsets.UTF_8));
    add(records, "EmptyValue", new byte[0], null);
    add(records, "Truncated", new byte[] {0, 0, 0});
    add(records, "Undecodable", Arrays.copyOf(right, right.length / 2), noise(right));
    add(records, "UnknownSchema", withSchema(right, 987_654));
    var good = good("wrong");
    float[] values = Tensors.toFloats(good.getValues());
    float[] nan = values.clone();
    // Where the mask shows: hidden values may be anything.
    nan[4] = Float.NaN;
    float[] infinite = values.clone();
    infinite[62] = Float.POSITIVE_INFINITY;
    add(records, "UnknownTask", bytes.apply(edit(good, b -> b.setTask("small/inpant"))));
    add(records, "MissingId", bytes.apply(edit(good, b -> b.setId(""))));
    add(records, "MissingTask", bytes.apply(edit(good, b -> b.setTask(" "))));
    add(
        records,
        "InvalidTensor",
        bytes.apply(edit(good, b -> b.setValues(Tensors.of(values, 4, 16, 1)))),
        bytes.apply(edit(good, b -> b.setValues(Tensors.of(nan, 8, 8, 1)))),
        bytes.apply(edit(good, b -> b.setValues(Tensors.of(infinite, 8, 8, 1)))),
        bytes.apply(edit(good, b -> b.setValues(dtype(good.getValues(), DType.FLOAT64)))),
        bytes.apply(edit(good, b -> b.setValues(dtype(good.getValues(), DType.UNKNOWN)))),
        bytes.apply(edit(good, b -> b.setValues(shortened(good.getValues())))),
        bytes.apply(
            edit(good, b -> b.setAuxiliary(Map.of("mask", Tensors.of(new float[16], 4, 4))))));
    add(
        records,
        "InvalidMeasurement",
        bytes.apply(edit(good, b -> b.setValues(Tensors.of(scaled(values, 127.5f), 8, 8, 1)))),
        bytes.apply(edit(good, b -> b.setAuxiliary(Map.of()))),
        bytes.apply(
            edit(
                good,
                b ->
                    b.setAuxiliary(
                        Map.of(
                            "mask",
                            good.getAuxiliary().get("mask"),
                            "msk",
                            good.getAuxiliary().get("mask"))))));
    return records;
  }

  private static Measurement edit(
      Measurement from, Function<Measurement.Builder, Measurement.Builder> change) {
    return change.apply(Measurement.newBuilder(from)).build();
  }

  private static float[] scaled(float[] values, float factor) {
    var scaled = values.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }

  private static Tensor dtype(Tensor from, DType dtype) {
    return Tensor.newBuilder(from).setDtype(dtype).build();
  }

  private static Tensor shortened(Tensor from) {
    var data = from.getData().duplicate();
    data.limit(data.limit() - 4);
    return Tensor.newBuilder(from).setData(data.slice()).build();
  }

  private static byte[] withSchema(byte[] right, int id) {
    byte[] copy = right.clone();
    ByteBuffer.wrap(copy).putInt(1, id);
    return copy;
  }

  /** The right schema, and nothing after it that is a record. */
  private static byte[] noise(byte[] right) {
    byte[] copy = right.clone();
    Arrays.fill(copy, 5, copy.length, (byte) 0xff);
    return copy;
  }

  private static void add(Map<String, List<byte[]>> records, String errorClass, byte[]... values) {
    records.computeIfAbsent(errorClass, each -> new ArrayList<>()).addAll(Arrays.asList(values));
  }
}
