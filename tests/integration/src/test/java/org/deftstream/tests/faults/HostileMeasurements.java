package org.deftstream.tests.faults;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.schemas.avro.Measurement;

/** What somebody sends who wants to stop the service, or had a bad day. Used by one thread. */
final class HostileMeasurements {
  /** The kinds. */
  enum Kind {
    HEADER_FLOOD(false),
    HUGE_MAP(false),
    MILLIONS_OF_AXES(false),
    ENDLESS_COUNT(false),
    ZEROS(false),
    PROTOBUF_ID(false),
    JSON_ID(false),
    UNKNOWN_ID(false),
    EIGHT_BYTE_ID(false),
    GUID_IN_HEADER(false),
    LONG_ID(false),
    LONG_TASK(false),
    FORGED_LOG_LINE(false),
    TRUNCATED(false),
    GARBAGE(false),
    NO_VALUE(false),
    INVALID_HEADER(false),
    NO_TIMESTAMP(true),
    LATER_TIMESTAMP(true),
    FIRST_TIMESTAMP(true),
    FORGED_ERROR_HEADERS(true);

    private final boolean answered;

    Kind(boolean answered) {
      this.answered = answered;
    }

    /** Whether it is a sound measurement in a strange cover, which is answered as any other. */
    boolean answered() {
      return answered;
    }
  }

  /** A line that must not stand in a log. */
  static final String FORGED = "2026-01-01 00:00:00.000 ERROR ReconstructionService - FORGED";

  /**
   * One record.
   *
   * @param kind its kind
   * @param value its value, or null
   * @param headers its headers
   * @param timestamp its time; null for now
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Hostile(Kind kind, byte[] value, Headers headers, Long timestamp) {}

  private static final Pattern ID = Pattern.compile("\"id\":\\s*(\\d+)");
  private static final int ITEMS = 200_000;
  private static final long NEARLY_AN_HOUR = 59 * 60_000L;

  private final SplittableRandom random;
  private final String topic;
  private final Serializer<Measurement> serializer;
  private final int protobufId;
  private final int jsonId;
  private final int schemaId;
  private int number;

  HostileMeasurements(
      long seed, String topic, String registryUrl, Serializer<Measurement> serializer)
      throws Exception {
    random = new SplittableRandom(seed);
    this.topic = topic;
    this.serializer = serializer;
    protobufId =
        register(registryUrl, "PROTOBUF", "syntax = \\\"proto3\\\"; message A { string b = 1; }");
    jsonId =
        register(
            registryUrl,
            "JSON",
            "{\\\"$schema\\\": \\\"http://json-schema.org/draft-07/schema#\\\", \\\"type\\\":"
                + " \\\"object\\\"}");
    schemaId = ByteBuffer.wrap(sound("x"), 1, Integer.BYTES).getInt();
  }

  /** A registry that several teams share has such schemas. */
  private static int register(String registryUrl, String type, String schema) throws Exception {
    var answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(registryUrl + "/subjects/other-" + type + "/versions"))
                    .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "{\"schemaType\": \"%s\", \"schema\": \"%s\"}".formatted(type, schema)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    var id = ID.matcher(answer.body());
    if (!id.find()) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    return Integer.parseInt(id.group(1));
  }

  /** The next one: each kind in turn at first, then at random. */
  Hostile next() throws IOException {
    var kinds = Kind.values();
    int of = number < kinds.length ? number : random.nextInt(kinds.length);
    number++;
    return make(kinds[of]);
  }

  private Hostile make(Kind kind) throws IOException {
    var headers = new RecordHeaders();
    var id = "hostile-" + number;
    return switch (kind) {
      case HEADER_FLOOD -> {
        for (int i = 0; i < 20_000; i++) {
          headers.add("", null);
        }
        yield new Hostile(kind, sound(id), headers, null);
      }
      case HUGE_MAP -> new Hostile(kind, byHand(ITEMS, 1), headers, null);
      case MILLIONS_OF_AXES -> new Hostile(kind, byHand(0, 10 * ITEMS), headers, null);
      case ENDLESS_COUNT -> new Hostile(kind, endless(), headers, null);
      case ZEROS -> new Hostile(kind, new byte[4 << 20], headers, null);
      case PROTOBUF_ID -> new Hostile(kind, ofSchema(protobufId), headers, null);
      case JSON_ID -> new Hostile(kind, ofSchema(jsonId), headers, null);
      case UNKNOWN_ID -> new Hostile(kind, ofSchema(1 << 30), headers, null);
      case EIGHT_BYTE_ID ->
          new Hostile(kind, joined(ByteBuffer.allocate(5).array(), sound(id)), headers, null);
      case GUID_IN_HEADER -> {
        headers.add("__value_schema_id", joined(new byte[] {1}, new byte[16]));
        yield new Hostile(kind, bare(id), headers, null);
      }
      case LONG_ID -> new Hostile(kind, sound("i".repeat(1 << 20)), headers, null);
      case LONG_TASK -> new Hostile(kind, ofTask(id, "t".repeat(1 << 20)), headers, null);
      case FORGED_LOG_LINE ->
          new Hostile(kind, ofTask(id, "x\n" + FORGED + "\u001b[31m"), headers, null);
      case TRUNCATED -> {
        byte[] whole = sound(id);
        yield new Hostile(
            kind, Arrays.copyOf(whole, 6 + random.nextInt(whole.length - 6)), headers, null);
      }
      case GARBAGE -> {
        byte[] noise = new byte[1 + random.nextInt(2000)];
        random.nextBytes(noise);
        noise[0] = (byte) (1 + random.nextInt(100));
        yield new Hostile(kind, noise, headers, null);
      }
      case NO_VALUE -> new Hostile(kind, null, headers, null);
      case INVALID_HEADER -> {
        headers.add("deft.deadline", text("soon"));
        yield new Hostile(kind, sound(id), headers, null);
      }
      case NO_TIMESTAMP -> new Hostile(kind, sound(id), headers, -1L);
      case LATER_TIMESTAMP ->
          new Hostile(kind, sound(id), headers, System.currentTimeMillis() + NEARLY_AN_HOUR);
      case FIRST_TIMESTAMP -> new Hostile(kind, sound(id), headers, 0L);
      case FORGED_ERROR_HEADERS -> {
        headers.add("deft.error.class", text("Mine"));
        headers.add("deft.error.offset", text("-7"));
        yield new Hostile(kind, sound(id), headers, null);
      }
    };
  }

  private byte[] sound(String id) {
    return serializer.serialize(topic, FaultModel.measurement(id));
  }

  private byte[] bare(String id) {
    byte[] whole = sound(id);
    return Arrays.copyOfRange(whole, 5, whole.length);
  }

  private byte[] ofTask(String id, String task) {
    return serializer.serialize(
        topic, Measurement.newBuilder(FaultModel.measurement(id)).setTask(task).build());
  }

  private byte[] ofSchema(int id) {
    byte[] rest = new byte[random.nextInt(2000)];
    random.nextBytes(rest);
    return joined(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array(), rest);
  }

  /** A measurement with so many auxiliary tensors and so many axes. */
  private byte[] byHand(int tensors, int axes) throws IOException {
    var out = begun();
    var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    encoder.writeString("m");
    encoder.writeString(FaultModel.TASK);
    tensor(encoder, axes);
    encoder.writeMapStart();
    encoder.setItemCount(tensors);
    for (int i = 0; i < tensors; i++) {
      encoder.startItem();
      encoder.writeString("aaaaaa");
      tensor(encoder, 0);
    }
    encoder.writeMapEnd();
    encoder.writeIndex(0);
    encoder.writeMapStart();
    encoder.writeMapEnd();
    return out.toByteArray();
  }

  private static void tensor(BinaryEncoder encoder, int axes) throws IOException {
    encoder.writeEnum(1);
    encoder.writeArrayStart();
    encoder.setItemCount(axes);
    for (int i = 0; i < axes; i++) {
      encoder.startItem();
      encoder.writeInt(1);
    }
    encoder.writeArrayEnd();
    encoder.writeBytes(new byte[4]);
  }

  private byte[] endless() throws IOException {
    var out = begun();
    var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    encoder.writeString("m");
    encoder.writeString(FaultModel.TASK);
    encoder.writeEnum(1);
    encoder.writeLong(random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE);
    return out.toByteArray();
  }

  private ByteArrayOutputStream begun() throws IOException {
    var out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(schemaId).array());
    return out;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
