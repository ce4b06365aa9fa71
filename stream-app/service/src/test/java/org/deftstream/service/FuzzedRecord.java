package org.deftstream.service;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.DType;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Tensor;

/**
 * A record that must not be answered by a reconstruction, whatever is drawn: bytes, schema, names,
 * shapes, values, sizes and headers. The same seed gives the same records.
 *
 * @param value its bytes, or null
 * @param headers its headers
 */
record FuzzedRecord(byte[] value, Headers headers) {
  private static final int PREFIX = 5;
  private static final int LARGE = 100_000;

  /** Draws records. Not thread-safe. */
  static final class Generator {
    private final SplittableRandom random;
    private final Function<Measurement, byte[]> bytes;
    private final byte[] otherSchema;
    private final Measurement good = SmallRecords.good("fuzzed");
    private final byte[] right;

    /**
     * A generator.
     *
     * @param bytes encodes a measurement as a good producer does
     * @param otherSchema a whole record of another registered schema
     */
    Generator(long seed, Function<Measurement, byte[]> bytes, byte[] otherSchema) {
      this.random = new SplittableRandom(seed);
      this.bytes = bytes;
      this.otherSchema = otherSchema;
      this.right = bytes.apply(good);
    }

    FuzzedRecord next() {
      return switch (random.nextInt(6)) {
        case 0 -> of(wrongBytes());
        case 1 -> of(wrongSchema());
        case 2 -> of(bytes.apply(wrongNames()));
        case 3 -> of(bytes.apply(with(wrongTensor())));
        case 4 -> of(bytes.apply(wrongAuxiliary()));
        default -> new FuzzedRecord(right, wrongHeaders());
      };
    }

    private static FuzzedRecord of(byte[] value) {
      return new FuzzedRecord(value, new RecordHeaders());
    }

    private byte[] wrongBytes() {
      byte[] noise = noise(random.nextInt(random.nextInt(10) == 0 ? LARGE : 500) + 1);
      return switch (random.nextInt(5)) {
        case 0 -> null;
        case 1 -> new byte[0];
        case 2 -> {
          noise[0] = (byte) (1 + random.nextInt(255));
          yield noise;
        }
        case 3 -> Arrays.copyOf(right, 1 + random.nextInt(right.length - 1));
        default -> {
          // The right schema, and noise instead of the record.
          byte[] garbled = Arrays.copyOf(right, PREFIX + noise.length);
          System.arraycopy(noise, 0, garbled, PREFIX, noise.length);
          // A string of negative length comes first: no luck makes a measurement of it.
          garbled[PREFIX] = 1;
          yield garbled;
        }
      };
    }

    private byte[] wrongSchema() {
      if (random.nextBoolean()) {
        return otherSchema;
      }
      byte[] copy = right.clone();
      // A few ids again and again, as a producer with a wrong registry sends them.
      ByteBuffer.wrap(copy).putInt(1, 1_000_000 + random.nextInt(20));
      return copy;
    }

    private Measurement wrongNames() {
      var record = Measurement.newBuilder(good);
      switch (random.nextInt(3)) {
        case 0 -> record.setId(" ".repeat(random.nextInt(5)));
        case 1 -> record.setTask("\t".repeat(random.nextInt(5)));
        default -> record.setTask("t" + text());
      }
      return record.build();
    }

    private Measurement with(Tensor values) {
      return Measurement.newBuilder(good).setValues(values).build();
    }

    private Tensor wrongTensor() {
      var tensor = Tensor.newBuilder(good.getValues());
      switch (random.nextInt(4)) {
        case 0 -> tensor.setShape(wrongShape());
        case 1 -> {
          DType[] others = {DType.UNKNOWN, DType.FLOAT64, DType.INT16, DType.UINT8};
          tensor.setDtype(others[random.nextInt(others.length)]);
        }
        case 2 -> {
          int length = random.nextInt(random.nextInt(10) == 0 ? LARGE : 600);
          tensor.setData(ByteBuffer.wrap(noise(length == 256 ? 255 : length)));
        }
        default -> {
          float[] values = Tensors.toFloats(good.getValues());
          float[] wrong = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
          // Even ones are never hidden by the mask.
          values[2 * random.nextInt(values.length / 2)] = wrong[random.nextInt(wrong.length)];
          return Tensors.of(values, 8, 8, 1);
        }
      }
      return tensor.build();
    }

    private List<Integer> wrongShape() {
      int[] lengths = {0, -1, 1, 4, 8, 16, 64, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE};
      var shape = new ArrayList<Integer>();
      int rank = random.nextInt(6);
      for (int i = 0; i < rank; i++) {
        shape.add(lengths[random.nextInt(lengths.length)]);
      }
      return shape.equals(List.of(8, 8, 1)) ? List.of(8, 8) : shape;
    }

    private Measurement wrongAuxiliary() {
      Map<String, Tensor> auxiliary = new HashMap<>(good.getAuxiliary());
      switch (random.nextInt(4)) {
        case 0 -> auxiliary.clear();
        case 1 -> auxiliary.put("x" + text(), good.getValues());
        case 2 -> auxiliary.put("mask", Tensors.of(new float[9], 3, 3));
        default -> {
          float[] mask = Tensors.toFloats(auxiliary.get("mask"));
          mask[random.nextInt(mask.length)] = Float.NaN;
          auxiliary.put("mask", Tensors.of(mask, 8, 8));
        }
      }
      return Measurement.newBuilder(good).setAuxiliary(auxiliary).build();
    }

    private Headers wrongHeaders() {
      var headers = new RecordHeaders();
      switch (random.nextInt(5)) {
        case 0 -> add(headers, "deft.priority", "p" + text());
        case 1 -> add(headers, "deft.priority", Integer.toString(101 + random.nextInt(10_000)));
        case 2 -> add(headers, "deft.deadline", "d" + text());
        case 3 -> add(headers, "deft.deadline", Long.toString(random.nextLong(1_000_000_000)));
        default -> add(headers, "deft.adapter", "a" + text());
      }
      return headers;
    }

    private static void add(Headers headers, String name, String value) {
      headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] noise(int length) {
      var noise = new byte[length];
      random.nextBytes(noise);
      return noise;
    }

    /** Any characters, also those that steer terminals and end lines. */
    private String text() {
      var text = new StringBuilder();
      int length = random.nextInt(12);
      for (int i = 0; i < length; i++) {
        text.appendCodePoint(1 + random.nextInt(0xD7FF));
      }
      return text.toString();
    }
  }
}
