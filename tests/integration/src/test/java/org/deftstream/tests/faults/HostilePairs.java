package org.deftstream.tests.faults;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;

/** Labelled pairs as an adversary sends them, and good ones. Used by one thread. */
final class HostilePairs implements AutoCloseable {
  private static final int SIDE = 32;
  private static final int LARGE = 20 << 20;
  private static final int PREFIX = 5;

  private final String topic;
  private final Serializer<LabelledPair> serializer;
  private final int foreign;
  private final byte[] prefix;

  /** What is wrong with a pair. */
  enum Kind {
    GARBAGE,
    CUT,
    FOREIGN_SCHEMA,
    UNKNOWN_SCHEMA,
    FORGED_LINE,
    OTHER_UNIT,
    WITHOUT_ID,
    LONG_NAME,
    HEADER_FLOOD,
    HUGE_MAP,
    MANY_AXES,
    LARGE_ZEROS;

    /** Those that are large come less often. */
    static Kind draw(SplittableRandom random) {
      var common = Kind.values()[random.nextInt(LONG_NAME.ordinal())];
      var large = Kind.values()[random.nextInt(LONG_NAME.ordinal(), Kind.values().length)];
      return random.nextInt(50) == 0 ? large : common;
    }
  }

  HostilePairs(Platform platform, String topic) {
    this.topic = topic;
    serializer = Serdes.of(platform.registryUrl()).serializer(LabelledPair.class);
    foreign = foreignSchema(platform.registryUrl());
    prefix = Arrays.copyOf(serializer.serialize(topic, pair("prefix")), PREFIX);
  }

  private static int foreignSchema(String registry) {
    var body =
        """
        {"schemaType": "PROTOBUF", "schema": "syntax = \\"proto3\\"; message A { string b = 1; }"}
        """;
    var request =
        HttpRequest.newBuilder(URI.create(registry + "/subjects/foreign/versions"))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      return Integer.parseInt(answer.body().replaceAll("\\D", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static LabelledPair pair(String id) {
    var truth = new float[SIDE * SIDE];
    Arrays.fill(truth, -0.5f);
    return LabelledPair.newBuilder()
        .setId(id)
        .setTask(Measurements.TASK)
        .setTruth(Tensors.of(truth, SIDE, SIDE, 1))
        .build();
  }

  /** A good pair; every third has no time. */
  ProducerRecord<byte[], byte[]> good(int number, int partition) {
    byte[] value = serializer.serialize(topic, pair("good-" + number));
    return number % 3 == 0
        ? new Untimed(topic, partition, value)
        : new ProducerRecord<>(topic, partition, null, value);
  }

  /** Kafka's own class refuses the time that says that there is none; the broker does not. */
  private static final class Untimed extends ProducerRecord<byte[], byte[]> {
    Untimed(String topic, int partition, byte[] value) {
      super(topic, partition, null, value);
    }

    @Override
    public Long timestamp() {
      return -1L;
    }
  }

  /** A hostile pair. */
  ProducerRecord<byte[], byte[]> hostile(Kind kind, int number, int partition) {
    var good = pair("hostile-" + number);
    byte[] value =
        switch (kind) {
          case GARBAGE -> new byte[] {7, 7, 7};
          case CUT -> {
            byte[] whole = serializer.serialize(topic, good);
            yield Arrays.copyOf(whole, whole.length / 2);
          }
          case FOREIGN_SCHEMA -> ByteBuffer.allocate(2000).put((byte) 0).putInt(foreign).array();
          case UNKNOWN_SCHEMA ->
              ByteBuffer.allocate(2000).put((byte) 0).putInt(Integer.MAX_VALUE).array();
          case FORGED_LINE ->
              ofTask(good, "x\n12:00:00.000 ERROR TrainerService - FORGED \u001B[31m");
          case OTHER_UNIT -> {
            var truth = new float[SIDE * SIDE];
            Arrays.fill(truth, 200);
            yield serializer.serialize(
                topic,
                LabelledPair.newBuilder(good).setTruth(Tensors.of(truth, SIDE, SIDE, 1)).build());
          }
          case WITHOUT_ID ->
              serializer.serialize(topic, LabelledPair.newBuilder(good).setId(" ").build());
          case LONG_NAME -> ofTask(good, "x".repeat(15_000_000));
          case HEADER_FLOOD -> serializer.serialize(topic, good);
          case HUGE_MAP -> unpacked(0, 1_000_000);
          case MANY_AXES -> unpacked(10_000_000, 0);
          case LARGE_ZEROS -> new byte[LARGE];
        };
    var record = new ProducerRecord<>(topic, partition, (byte[]) null, value);
    for (int i = 0; kind == Kind.HEADER_FLOOD && i < 200_000; i++) {
      record.headers().add("", null);
    }
    return record;
  }

  private byte[] ofTask(LabelledPair pair, String task) {
    return serializer.serialize(topic, LabelledPair.newBuilder(pair).setTask(task).build());
  }

  /** A pair of whatever many axes and inputs, written by hand: some bytes that unpack to many. */
  private byte[] unpacked(int axes, int inputs) {
    var bytes = new ByteArrayOutputStream();
    try {
      bytes.write(prefix);
      var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      encoder.writeString("many");
      encoder.writeString(Measurements.TASK);
      encoder.writeIndex(0);
      encoder.writeEnum(0);
      encoder.writeArrayStart();
      if (axes > 0) {
        encoder.setItemCount(axes);
        encoder.writeFixed(new byte[axes]);
      }
      encoder.writeArrayEnd();
      encoder.writeBytes(new byte[0]);
      encoder.writeIndex(0);
      encoder.writeMapStart();
      if (inputs > 0) {
        encoder.setItemCount(inputs);
        for (int i = 0; i < inputs; i++) {
          encoder.writeString(Integer.toString(i));
          encoder.writeEnum(0);
          encoder.writeArrayStart();
          encoder.writeArrayEnd();
          encoder.writeBytes(new byte[0]);
        }
      }
      encoder.writeMapEnd();
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    serializer.close();
  }
}
